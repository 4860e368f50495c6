import type { Cell } from "../events/index.ts";
import type { DataFile, IcebergTable, LiveFile, Snapshot } from "../iceberg/index.ts";
import type { AnyTable, Table } from "./tables/table.ts";

/** Which state of a table is meant: at most one of the three; none means the newest. */
export interface SnapshotChoice {
  snapshotId?: number;
  /** The newest snapshot of that moment or before. */
  asOfMs?: number;
  tag?: string;
}

export interface ColumnRange<Name extends string = string> {
  column: Name;
  /** Both ends included; null cells never match. Times in ms. Strings compare by their UTF-8 bytes. */
  min?: string | number | boolean;
  max?: string | number | boolean;
}

export interface ScanOptions<Row, Name extends keyof Row & string> extends SnapshotChoice {
  columns: readonly Name[];
  tenant?: string;
  where?: readonly ColumnRange<keyof Row & string>[];
  /** Only these files, in this order, whatever the snapshot holds: what an increment or a partition's job reads. */
  files?: readonly DataFile[];
  onProgress?: (progress: ScanProgress) => void;
  /** Told of every read of a data file. */
  onRead?: (read: { path: string; bytes: number }) => void;
}

export interface ScanProgress {
  filesDone: number;
  filesTotal: number;
  bytesDone: number;
  bytesTotal: number;
}

/** Matching rows of one row group, by column: `columns.item_id[i]` is row i's, null where it has none. */
export interface Batch<Row, Name extends keyof Row> {
  path: string;
  rows: number;
  columns: { [K in Name]-?: (Exclude<Row[K], undefined> | null)[] };
}

/** Rows to write, by column; a column left out is null in every row. Times in ms, json as values. */
export type ColumnsOf<Row> = { [K in keyof Row]?: readonly (Row[K] | null | undefined)[] };

export interface TableWriter<Row> {
  /** Rows in the table's sort order, after those written before. */
  write(columns: ColumnsOf<Row>, rows: number): Promise<void>;
  /** The files written; none without rows. They are in no table until they are committed. */
  close(): Promise<DataFile[]>;
}

export interface Change {
  operation: Snapshot["operation"];
  added: readonly DataFile[];
  /** Paths of files that must all be live. */
  removed?: readonly string[];
  /** Kept with the snapshot: watermarks and run ids, so that data and watermark commit together. */
  summary?: Record<string, string>;
  /**
   * The snapshot that the change was computed from, null for a table without any: if another one is current by then, the commit
   * rejects with `StaleBaseError`. Two runs over one increment, which remove no common file, cannot both get in.
   */
  base?: number | null;
  tags?: readonly Tag[];
  dropTags?: readonly string[];
  /** Snapshots to forget. */
  expire?: readonly number[];
  properties?: Record<string, string>;
}

export interface Tag {
  name: string;
  snapshotId: number;
  keepMs: number;
}

export interface Increment {
  files: LiveFile[];
  /** The snapshot that the files bring the reader to. */
  until: number;
  /** Whether nothing was left for another call. */
  complete: boolean;
}

export interface Committed {
  snapshotId: number;
  files: number;
  rows: number;
}

/** Throughout, `nowMs` is the caller's clock. */
export interface Lake {
  /**
   * Writes rows, one file per partition, sorted, and a pending entry beside each; they are in the table from its next commit
   * on. The same rows again are other files: bronze may hold a row twice.
   */
  append<Row extends object>(
    table: Table<Row>,
    rows: readonly Row[],
    at: { nowMs: number },
  ): Promise<DataFile[]>;
  /** One append snapshot of what is pending; null when there is nothing, or the minute has had its commit. */
  commitPending(table: AnyTable, options: { nowMs: number; force?: boolean }): Promise<Committed | null>;
  /** All that is pending by now, in as many snapshots as that takes; false when `commitsMax` were too few. */
  commitWaiting(table: AnyTable, options: { nowMs: number; commitsMax?: number }): Promise<boolean>;
  /** `commitPending` for every table that has entries; a table's failure stops no other. */
  commitAllPending(options: {
    nowMs: number;
    force?: boolean;
  }): Promise<{ committed: Record<string, Committed>; faults: string[] }>;
  /** Null while nothing was ever committed. */
  load(table: AnyTable): Promise<IcebergTable | null>;
  /** Rejects with a `LakeError` that says whether it expired, was erased or never was; null for the newest of an empty table. */
  snapshot(table: AnyTable, choice: SnapshotChoice): Promise<Snapshot | null>;
  /** The data files of a state, pruned by partition and column bounds as a scan would. */
  files<Row>(
    table: Table<Row>,
    options?: SnapshotChoice & { tenant?: string; where?: readonly ColumnRange<keyof Row & string>[] },
  ): Promise<LiveFile[]>;
  /** Matching rows by row group, files in the order of partition and name. A table that does not exist has no rows. */
  scan<Row extends object, Name extends keyof Row & string>(
    table: Table<Row>,
    options: ScanOptions<Row, Name>,
  ): AsyncGenerator<Batch<Row, Name>>;
  /** What snapshots after `after` added, whole snapshots at a time, at least one; null when there is nothing new. */
  increment(table: AnyTable, options: { after: number | null; rowsMax?: number }): Promise<Increment | null>;
  /** `partition`: the transformed values that every row to come has; files are named by `nowMs`. */
  writer<Row extends object>(
    table: Table<Row>,
    options: { partition: readonly Cell[]; nowMs: number },
  ): TableWriter<Row>;
  /** Rejects with `StaleBaseError` when a removed file is gone, with a `LakeError` when others commit all the time. */
  commit(table: AnyTable, change: Change, at: { nowMs: number }): Promise<Snapshot>;
  /** Keeps a snapshot from expiry for `keepMs`. */
  tag(table: AnyTable, tag: Tag, at: { nowMs: number }): Promise<void>;
}
