/**
 * Table metadata as the Iceberg specification, format version 2, writes it (appendix C): what stands in
 * `metadata/v<N>.metadata.json` and in the REST catalog's answer. Ids stay below 2^53, so JSON numbers are exact.
 */
export interface TableMetadata {
  "format-version": 2;
  "table-uuid": string;
  location: string;
  "last-sequence-number": number;
  "last-updated-ms": number;
  "last-column-id": number;
  schemas: SchemaJson[];
  "current-schema-id": number;
  "partition-specs": PartitionSpecJson[];
  "default-spec-id": number;
  "last-partition-id": number;
  "sort-orders": SortOrderJson[];
  "default-sort-order-id": number;
  properties: Record<string, string>;
  /** -1: none yet, as the reference implementation writes it. */
  "current-snapshot-id": number;
  refs: Record<string, RefJson>;
  snapshots: SnapshotJson[];
  "snapshot-log": { "timestamp-ms": number; "snapshot-id": number }[];
  "metadata-log": { "timestamp-ms": number; "metadata-file": string }[];
}

export interface SchemaJson {
  type: "struct";
  "schema-id": number;
  fields: { id: number; name: string; type: string; required: boolean }[];
}

export interface PartitionSpecJson {
  "spec-id": number;
  fields: PartitionFieldJson[];
}

export interface PartitionFieldJson {
  "source-id": number;
  "field-id": number;
  name: string;
  transform: string;
}

export interface SortOrderJson {
  "order-id": number;
  fields: {
    transform: string;
    "source-id": number;
    direction: "asc" | "desc";
    "null-order": "nulls-first" | "nulls-last";
  }[];
}

export interface RefJson {
  "snapshot-id": number;
  type: "branch" | "tag";
  /** Counts from the snapshot's time. */
  "max-ref-age-ms"?: number;
}

export interface SnapshotJson {
  "snapshot-id": number;
  "parent-snapshot-id"?: number;
  "sequence-number": number;
  "timestamp-ms": number;
  "manifest-list": string;
  summary: { operation: string } & Record<string, string>;
  "schema-id": number;
}
