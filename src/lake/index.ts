/**
 * lake: tables of Parquet files on an object store. `append` writes a day's rows as an immutable file under a name that its
 * bytes give, and leaves a pending entry for the table's next commit; `scan` reads one tenant's columns, row group by row
 * group. Files are sorted by tenant. No deduplication here: bronze keeps what was delivered, who reads it decides.
 */
import type { ObjectStore } from "../base/index.ts";
import type { StoredEvent } from "../events/index.ts";
import { append, type DataFile } from "./append.ts";
import { type ScannedRows, type ScanOptions, scan } from "./scan.ts";
import { EVENTS, type Table } from "./tables.ts";

export { type DataFile, dayOf, type PendingFile } from "./append.ts";
export { type ColumnStats, type EncodedFile, encodeRows } from "./encode.ts";
export type { ScannedRows, ScanOptions, ScanProgress } from "./scan.ts";
export {
  type Column,
  EVENTS,
  IDENTITY_LINKS,
  type IdentityLink,
  ITEM_CHANGES,
  type ItemChange,
  QUARANTINE,
  type QuarantinedRow,
  type Table,
  UNKNOWN_TENANT,
  USER_CHANGES,
  type UserChange,
} from "./tables.ts";

export interface Lake {
  /** Writes rows, one file per day; the same rows again change nothing. */
  append<Row extends object>(table: Table<Row>, rows: readonly Row[]): Promise<DataFile[]>;
  /** One tenant's rows by row group; a row may come twice. */
  scan<Row extends object, Name extends keyof Row & string>(
    table: Table<Row>,
    options: ScanOptions<Name>,
  ): AsyncGenerator<ScannedRows<Row, Name>>;
  writeEvents(events: readonly StoredEvent[]): Promise<DataFile[]>;
  scanEvents<Name extends keyof StoredEvent>(
    tenant: string,
    options: Omit<ScanOptions<Name>, "tenant">,
  ): AsyncGenerator<ScannedRows<StoredEvent, Name>>;
}

export function openLake(store: ObjectStore): Lake {
  return {
    append: (table, rows) => append(store, table, rows),
    scan: (table, options) => scan(store, table, options),
    writeEvents: (events) => append(store, EVENTS, events),
    scanEvents: (tenant, options) => scan(store, EVENTS, { ...options, tenant }),
  };
}
