import { assert } from "../base/index.ts";
import type { CellType } from "./cells.ts";
import type { SchemaJson, TableMetadata } from "./metadata-json.ts";
import { fieldsOf, partitionOf, partitionTypes } from "./schema-json.ts";
import type { Field, PartitionField, Warehouse } from "./types.ts";

/** What it takes to write and read a table's manifests. */
export interface Layout {
  schema: SchemaJson;
  fields: readonly Field[];
  partition: readonly PartitionField[];
  /** Of the partition's values. */
  partitionTypes: readonly CellType[];
  specId: number;
  sortOrderId: number;
}

/** The current layout. Columns are only ever added, so that it reads older manifests too; the partition stays as created. */
export function layoutOf(metadata: TableMetadata): Layout {
  const schema = metadata.schemas.find(
    (candidate) => candidate["schema-id"] === metadata["current-schema-id"],
  );
  const spec = metadata["partition-specs"].find(
    (candidate) => candidate["spec-id"] === metadata["default-spec-id"],
  );
  assert(schema !== undefined && spec !== undefined, "metadata holds its current schema and partition spec");
  const fields = fieldsOf(schema);
  const partition = partitionOf(spec.fields);
  return {
    schema,
    fields,
    partition,
    partitionTypes: partitionTypes(fields, partition),
    specId: spec["spec-id"],
    sortOrderId: metadata["default-sort-order-id"],
  };
}

/** Where readers outside find an object. */
export function uriOf(warehouse: Warehouse, key: string): string {
  return `${warehouse.uri}/${key}`;
}

/** Inverse of `uriOf`; throws for an object of another warehouse. */
export function keyOf(warehouse: Warehouse, uri: string): string {
  if (!uri.startsWith(`${warehouse.uri}/`)) throw new TypeError(`${uri} is not in ${warehouse.uri}`);
  return uri.slice(warehouse.uri.length + 1);
}
