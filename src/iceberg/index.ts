/**
 * iceberg: the open table format, version 2, on an object store, and nothing of our tables: Avro manifests, table metadata,
 * transforms, evolution, planning, commits and the REST catalog's view. A table is the highest `metadata/v<N>.metadata.json`
 * under its prefix; creating the next one, if it is absent, is the one commit point.
 */
export {
  configResponse,
  errorResponse,
  type LoadTableResponse,
  loadTableResponse,
  namespaceResponse,
  namespacesResponse,
  tablesResponse,
} from "./catalog-view.ts";
export { compareCells, lowerTextBound, upperTextBound } from "./cells.ts";
export { commitChange } from "./commit.ts";
export { createTable } from "./create.ts";
export { type EvolutionError, type EvolutionKind, planEvolution } from "./evolution.ts";
export { deletableMetadata, type Expirable, expirable } from "./expiry.ts";
export { loadTable } from "./load.ts";
export type { TableMetadata } from "./metadata-json.ts";
export { addedFiles, dataFiles } from "./plan.ts";
export { metadataKey } from "./table.ts";
export { applyTransform } from "./transforms.ts";
export type {
  Cell,
  CommitFailure,
  DataFile,
  Field,
  FieldStats,
  FieldType,
  FileFilter,
  IcebergTable,
  LiveFile,
  Operation,
  PartitionField,
  Snapshot,
  SnapshotChange,
  TableChange,
  TableDefinition,
  Tag,
  Transform,
  Warehouse,
} from "./types.ts";
export { reachable, reachedOnlyBy } from "./unreachable.ts";
