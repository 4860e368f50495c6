import { type AvroValue, decodeAvroFile, encodeAvroFile } from "./avro/index.ts";
import { compareCells, decodeCell, encodeCell } from "./cells.ts";
import type { AvroObject } from "./data-file.ts";
import { keyOf, type Layout, uriOf } from "./layout.ts";
import type { ManifestEntry } from "./manifest.ts";
import { MANIFEST_FILE_SCHEMA } from "./manifest-schema.ts";
import type { Cell, Snapshot, Warehouse } from "./types.ts";

/** A manifest as a snapshot's list describes it: enough to leave it unread. */
export interface ManifestFile {
  path: string;
  bytes: number;
  sequenceNumber: number;
  minSequenceNumber: number;
  addedSnapshotId: number;
  added: Tally;
  existing: Tally;
  deleted: Tally;
  /** One for each partition field: all of its values lie within, null apart. */
  partitions: readonly PartitionSummary[];
}

export interface Tally {
  files: number;
  rows: number;
}

export interface PartitionSummary {
  containsNull: boolean;
  min?: Cell;
  max?: Cell;
}

/** Describes a manifest that was just written for a snapshot. */
export function describeManifest(
  path: string,
  bytes: number,
  entries: readonly ManifestEntry[],
  layout: Layout,
  snapshot: { id: number; sequenceNumber: number },
): ManifestFile {
  const tally = (status: ManifestEntry["status"]): Tally => {
    const matching = entries.filter((entry) => entry.status === status);
    return { files: matching.length, rows: matching.reduce((sum, { file }) => sum + file.rows, 0) };
  };
  const live = entries.filter(({ status }) => status !== "deleted");
  return {
    path,
    bytes,
    sequenceNumber: snapshot.sequenceNumber,
    minSequenceNumber: live.reduce(
      (min, entry) => Math.min(min, entry.sequenceNumber ?? snapshot.sequenceNumber),
      snapshot.sequenceNumber,
    ),
    addedSnapshotId: snapshot.id,
    added: tally("added"),
    existing: tally("existing"),
    deleted: tally("deleted"),
    partitions: layout.partition.map((_, index) =>
      summarise(entries.map(({ file }) => file.partition[index] ?? null)),
    ),
  };
}

function summarise(values: readonly Cell[]): PartitionSummary {
  const present = values.filter((value) => value !== null);
  const [first] = present;
  if (first === undefined) return { containsNull: values.length > 0 };
  return {
    containsNull: present.length < values.length,
    min: present.reduce((min, value) => (compareCells(value, min) < 0 ? value : min), first),
    max: present.reduce((max, value) => (compareCells(value, max) > 0 ? value : max), first),
  };
}

export function encodeManifestList(
  warehouse: Warehouse,
  layout: Layout,
  snapshot: Pick<Snapshot, "id" | "parentId" | "sequenceNumber">,
  manifests: readonly ManifestFile[],
): Promise<Uint8Array<ArrayBuffer>> {
  const rows: AvroValue[] = manifests.map((manifest) => ({
    manifest_path: uriOf(warehouse, manifest.path),
    manifest_length: manifest.bytes,
    partition_spec_id: layout.specId,
    content: 0,
    sequence_number: manifest.sequenceNumber,
    min_sequence_number: manifest.minSequenceNumber,
    added_snapshot_id: manifest.addedSnapshotId,
    added_files_count: manifest.added.files,
    existing_files_count: manifest.existing.files,
    deleted_files_count: manifest.deleted.files,
    added_rows_count: manifest.added.rows,
    existing_rows_count: manifest.existing.rows,
    deleted_rows_count: manifest.deleted.rows,
    partitions: manifest.partitions.map((summary, index) => summaryToAvro(layout, index, summary)),
  }));
  return encodeAvroFile(MANIFEST_FILE_SCHEMA, rows, {
    "snapshot-id": String(snapshot.id),
    "parent-snapshot-id": String(snapshot.parentId),
    "sequence-number": String(snapshot.sequenceNumber),
    "format-version": "2",
  });
}

function summaryToAvro(
  layout: Layout,
  index: number,
  { containsNull, min, max }: PartitionSummary,
): AvroValue {
  const type = layout.partitionTypes[index] ?? "string";
  const bound = (value: Cell | undefined) =>
    value === undefined || value === null ? null : encodeCell(type, value);
  return { contains_null: containsNull, lower_bound: bound(min), upper_bound: bound(max) };
}

export async function decodeManifestList(
  warehouse: Warehouse,
  layout: Layout,
  bytes: Uint8Array,
): Promise<ManifestFile[]> {
  const { rows } = await decodeAvroFile(bytes);
  return rows.map((value) => {
    const row = value as AvroObject;
    const number = (name: string) => row[name] as number;
    const tally = (kind: string): Tally => ({
      files: number(`${kind}_files_count`),
      rows: number(`${kind}_rows_count`),
    });
    return {
      path: keyOf(warehouse, row.manifest_path as string),
      bytes: number("manifest_length"),
      sequenceNumber: number("sequence_number"),
      minSequenceNumber: number("min_sequence_number"),
      addedSnapshotId: number("added_snapshot_id"),
      added: tally("added"),
      existing: tally("existing"),
      deleted: tally("deleted"),
      partitions: ((row.partitions ?? []) as AvroObject[]).map((summary, index) =>
        summaryFromAvro(layout, index, summary),
      ),
    };
  });
}

function summaryFromAvro(layout: Layout, index: number, row: AvroObject): PartitionSummary {
  const type = layout.partitionTypes[index] ?? "string";
  const lower = row.lower_bound as Uint8Array | null;
  const upper = row.upper_bound as Uint8Array | null;
  return {
    containsNull: row.contains_null as boolean,
    ...(lower === null ? {} : { min: decodeCell(type, lower) }),
    ...(upper === null ? {} : { max: decodeCell(type, upper, true) }),
  };
}
