import { assert } from "../base/index.ts";
import type { CellType } from "./cells.ts";
import type { PartitionFieldJson, SchemaJson, SortOrderJson } from "./metadata-json.ts";
import { parseTransform, resultType, transformText } from "./transforms.ts";
import type { Field, FieldType, PartitionField } from "./types.ts";

const FIELD_TYPES: readonly FieldType[] = ["string", "long", "double", "boolean", "timestamptz"];

export function schemaJson(schemaId: number, fields: readonly Field[]): SchemaJson {
  return {
    type: "struct",
    "schema-id": schemaId,
    fields: fields.map(({ id, name, required, type }) => ({ id, name, required, type })),
  };
}

/** Throws for a column of a type that is not one of ours. */
export function fieldsOf(schema: SchemaJson): Field[] {
  return schema.fields.map(({ id, name, type, required }) => {
    const known = FIELD_TYPES.find((candidate) => candidate === type);
    if (known === undefined) throw new TypeError(`column ${name} has type ${type}`);
    return { id, name, type: known, required };
  });
}

export function partitionJson(partition: readonly PartitionField[]): PartitionFieldJson[] {
  return partition.map(({ sourceId, fieldId, name, transform }) => ({
    "source-id": sourceId,
    "field-id": fieldId,
    name,
    transform: transformText(transform),
  }));
}

export function partitionOf(fields: readonly PartitionFieldJson[]): PartitionField[] {
  return fields.map((field) => ({
    sourceId: field["source-id"],
    fieldId: field["field-id"],
    name: field.name,
    transform: parseTransform(field.transform),
  }));
}

export function sortOrderJson(sort: readonly number[]): SortOrderJson {
  return {
    "order-id": sort.length === 0 ? 0 : 1,
    fields: sort.map((sourceId) => ({
      transform: "identity",
      "source-id": sourceId,
      direction: "asc",
      "null-order": "nulls-first",
    })),
  };
}

/** Type of the column that a partition field stands on. */
export function sourceType(fields: readonly Field[], { sourceId, name }: PartitionField): FieldType {
  const source = fields.find(({ id }) => id === sourceId);
  assert(source !== undefined, `partition field ${name} has a column`);
  return source.type;
}

export function partitionTypes(fields: readonly Field[], partition: readonly PartitionField[]): CellType[] {
  return partition.map((field) => resultType(field.transform, sourceType(fields, field)));
}
