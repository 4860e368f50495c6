/**
 * iceberg: the open table format, version 2, on an object store, and nothing of our tables: Avro manifests, table metadata,
 * transforms, evolution, planning, commits and the REST catalog's view. A table is the highest `metadata/v<N>.metadata.json`
 * under its prefix; creating the next one, if it is absent, is the one commit point.
 */
export type { TableMetadata } from "./metadata-json.ts";
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
