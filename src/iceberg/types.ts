import type { Clock, ObjectStore } from "../base/index.ts";
import type { TableMetadata } from "./metadata-json.ts";

export type FieldType = "string" | "long" | "double" | "boolean" | "timestamptz";

/** A column. Its id, which the Parquet files carry too, is what a reader goes by; ids are never used again. */
export interface Field {
  id: number;
  name: string;
  type: FieldType;
  required: boolean;
}

/** How a column's value becomes a partition value: itself, its UTC day, or murmur3_x86_32 modulo `buckets`. */
export type Transform = { kind: "identity" } | { kind: "day" } | { kind: "bucket"; buckets: number };

export interface PartitionField {
  sourceId: number;
  /** 1000 and up. */
  fieldId: number;
  name: string;
  transform: Transform;
}

export interface TableDefinition {
  /** Key prefix of the table's objects, without a slash at the end: `lake/bronze/events`. */
  prefix: string;
  fields: readonly Field[];
  partition: readonly PartitionField[];
  /** Source ids; ascending, nulls first. */
  sort: readonly number[];
  properties?: Record<string, string>;
}

/** Where tables stand: keys of `store`, which readers outside see as `<uri>/<key>`. */
export interface Warehouse {
  store: ObjectStore;
  /** Without a slash at the end: `s3://lakeshore-lake`. */
  uri: string;
  /** Tells committers how old their base is. Without one, a base of any age is tried, and what came too late is found afterwards. */
  clock?: Clock | undefined;
}

/** A value of a column or a partition. A timestamptz is in ms, a day in days since the epoch. */
export type Cell = string | number | boolean | null;

/** Bounds of the values that are not null; absent when unknown or when there is none. Text bounds may be shorter than the text. */
export interface FieldStats {
  min?: Cell;
  max?: Cell;
  nullCount: number;
}

/** An immutable Parquet file. */
export interface DataFile {
  /** Its key in the warehouse's store. */
  path: string;
  /** One value for each partition field, in their order. */
  partition: readonly Cell[];
  rows: number;
  bytes: number;
  /** By field id. */
  stats: Readonly<Record<number, FieldStats>>;
  /** Stored size by field id, for what readers estimate. */
  columnBytes?: Readonly<Record<number, number>>;
  /** Where each row group begins, in bytes, ascending. */
  rowGroupOffsets?: readonly number[];
}

/** A data file of a table, with the snapshot that added it. */
export interface LiveFile extends DataFile {
  snapshotId: number;
  sequenceNumber: number;
}

export type Operation = "append" | "replace" | "overwrite" | "delete";

export interface Snapshot {
  id: number;
  parentId: number | null;
  sequenceNumber: number;
  atMs: number;
  operation: Operation;
  summary: Readonly<Record<string, string>>;
  /** Key of the Avro file that lists the snapshot's manifests. */
  manifestList: string;
  schemaId: number;
}

export interface Tag {
  name: string;
  snapshotId: number;
  /** Until when expiry must keep the snapshot; null: for ever. */
  untilMs: number | null;
}

/** One version of a table's metadata, as loaded: immutable. */
export interface IcebergTable {
  prefix: string;
  version: number;
  /** By the warehouse's clock, before the newest version was looked for; null without one. */
  loadedMs: number | null;
  metadata: TableMetadata;
  /** The current schema. */
  fields: readonly Field[];
  partition: readonly PartitionField[];
  current: Snapshot | null;
  /** Oldest first. */
  snapshots: readonly Snapshot[];
  tags: readonly Tag[];
}

export interface SnapshotChange {
  operation: Operation;
  added: readonly DataFile[];
  /** Paths of live files. */
  removed: readonly string[];
  /** Joins the totals that the format wants. */
  summary: Readonly<Record<string, string>>;
}

/** What one commit does; all of it or nothing. */
export interface TableChange {
  snapshot?: SnapshotChange;
  /** The whole list of fields as it shall be. */
  evolve?: readonly Field[];
  /** `keepMs` counts from the commit's time. An existing tag of that name moves. */
  tags?: readonly { name: string; snapshotId: number; keepMs: number }[];
  dropTags?: readonly string[];
  /** Ids of snapshots to forget. Neither the current one nor one that a tag names. */
  expire?: readonly number[];
  properties?: Readonly<Record<string, string>>;
}

/** `conflict`: another commit took the version, load again. `stale`: a file to be removed is not live in this base. */
export type CommitFailure = "conflict" | "stale";

/** Which files a reader needs: those that may hold a row inside every range, within the partition. */
export interface FileFilter {
  /** By field id, both ends included; a row that has null there is in no range. */
  ranges?: Readonly<Record<number, { min?: Cell; max?: Cell }>>;
  /** One value for each partition field; `undefined` takes every value. */
  partition?: readonly (Cell | undefined)[];
}
