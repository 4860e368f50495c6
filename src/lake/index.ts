/**
 * lake: our tables as open Iceberg tables of Parquet files on an object store. Each is declared once; `append` writes files
 * and pending entries, `commitPending` brings them into the table, `scan` reads what manifests and column bounds leave, and
 * `increment`, `writer` and `commit` are what jobs between tables stand on. No deduplication here: bronze keeps what was
 * delivered.
 */
export {
  compareCells,
  type DataFile,
  type LiveFile,
  type Snapshot,
  type Transform,
} from "../iceberg/index.ts";
export {
  type CatalogView,
  callCatalog,
  type ViewAnswer,
  type ViewCall,
} from "./catalog-view.ts";
export { isForgotten, LakeError, type LakeErrorKind, StaleBaseError } from "./error.ts";
export { incrementOrAll } from "./increment.ts";
export { type Erased, erase } from "./maintain/erase.ts";
export type { Erasure, Selection } from "./maintain/erasure.ts";
export { type MaintainOptions, type Maintenance, maintain } from "./maintain/maintain.ts";
export type { MaintenanceUnit } from "./maintain/unit.ts";
export { type OpenLakeOptions, openLake, WAREHOUSE_URI } from "./open.ts";
export { ERASED_UNTIL_PROPERTY } from "./snapshot.ts";
export { TABLES } from "./tables/all.ts";
export {
  EVENTS,
  IDENTITY_LINKS,
  type IdentityLink,
  ITEM_CHANGES,
  type ItemChange,
  USER_CHANGES,
  type UserChange,
} from "./tables/bronze.ts";
export { CONFIG_CHANGES, type ConfigChange } from "./tables/config.ts";
export {
  type HistoryEntry,
  ITEM_DAILY,
  type ItemDay,
  SEGMENTS,
  type SegmentMember,
  TRAINING_RUNS,
  type TrainingRun,
  USER_HISTORIES,
  USER_HISTORY_MAX,
} from "./tables/gold.ts";
export {
  ITEM_FEATURES,
  type ItemFeatureRow,
  USER_FEATURES,
  type UserFeatureRow,
} from "./tables/gold-features.ts";
export {
  FAILED_CHECK,
  LINEAGE,
  type LineageRow,
  QUARANTINE,
  type QuarantinedRow,
  REPLAYED,
  UNKNOWN_TENANT,
} from "./tables/ops.ts";
export {
  INTERACTIONS,
  type Interaction,
  ITEM_STATES,
  type ItemState,
  USER_STATES,
  type UserState,
} from "./tables/silver.ts";
export type { AnyColumn, AnyTable, Column, Table } from "./tables/table.ts";
export { tenantBucket } from "./tables/tenant-bucket.ts";
export type {
  Batch,
  Change,
  ColumnRange,
  ColumnsOf,
  Committed,
  Increment,
  Lake,
  ScanOptions,
  ScanProgress,
  SnapshotChoice,
  TableWriter,
  Tag,
} from "./types.ts";
export { TARGET_FILE_BYTES } from "./writer.ts";
export { writtenAtMs } from "./written-at.ts";
