import { type AvroField, type AvroRecord, type AvroSchema, optional } from "./avro/index.ts";
import type { CellType } from "./cells.ts";
import type { PartitionField } from "./types.ts";

/** Avro's form of a cell's type (appendix A). */
function avroType(type: CellType): AvroSchema {
  switch (type) {
    case "timestamptz":
      return { type: "long", logicalType: "timestamp-micros", "adjust-to-utc": true };
    case "date":
      return { type: "int", logicalType: "date" };
    default:
      return type;
  }
}

function field(id: number, name: string, type: AvroSchema): AvroField {
  return { name, type, "field-id": id };
}

function optionalField(id: number, name: string, type: AvroSchema): AvroField {
  return { ...field(id, name, optional(type)), default: null };
}

/** A map whose keys are no text: a list of records, named as the specification asks. */
function mapByFieldId(keyId: number, valueId: number, value: AvroSchema): AvroSchema {
  const entry: AvroRecord = {
    type: "record",
    name: `k${keyId}_v${valueId}`,
    fields: [field(keyId, "key", "int"), field(valueId, "value", value)],
  };
  return { type: "array", logicalType: "map", items: entry };
}

function listOf(elementId: number, items: AvroSchema): AvroSchema {
  return { type: "array", items, "element-id": elementId };
}

function partitionSchema(partition: readonly PartitionField[], types: readonly CellType[]): AvroRecord {
  return {
    type: "record",
    name: "r102",
    fields: partition.map(({ fieldId, name }, index) =>
      optionalField(fieldId, name, avroType(types[index] as CellType)),
    ),
  };
}

/** `manifest_entry` of format version 2, with `data_file` for a partition spec. */
export function manifestEntrySchema(
  partition: readonly PartitionField[],
  types: readonly CellType[],
): AvroRecord {
  const dataFile: AvroRecord = {
    type: "record",
    name: "r2",
    fields: [
      field(134, "content", "int"),
      field(100, "file_path", "string"),
      field(101, "file_format", "string"),
      field(102, "partition", partitionSchema(partition, types)),
      field(103, "record_count", "long"),
      field(104, "file_size_in_bytes", "long"),
      optionalField(108, "column_sizes", mapByFieldId(117, 118, "long")),
      optionalField(109, "value_counts", mapByFieldId(119, 120, "long")),
      optionalField(110, "null_value_counts", mapByFieldId(121, 122, "long")),
      optionalField(137, "nan_value_counts", mapByFieldId(138, 139, "long")),
      optionalField(125, "lower_bounds", mapByFieldId(126, 127, "bytes")),
      optionalField(128, "upper_bounds", mapByFieldId(129, 130, "bytes")),
      optionalField(131, "key_metadata", "bytes"),
      optionalField(132, "split_offsets", listOf(133, "long")),
      optionalField(135, "equality_ids", listOf(136, "int")),
      optionalField(140, "sort_order_id", "int"),
    ],
  };
  return {
    type: "record",
    name: "manifest_entry",
    fields: [
      field(0, "status", "int"),
      optionalField(1, "snapshot_id", "long"),
      optionalField(3, "sequence_number", "long"),
      optionalField(4, "file_sequence_number", "long"),
      field(2, "data_file", dataFile),
    ],
  };
}

/** `manifest_file` of format version 2: a row of a manifest list. */
export const MANIFEST_FILE_SCHEMA: AvroRecord = {
  type: "record",
  name: "manifest_file",
  fields: [
    field(500, "manifest_path", "string"),
    field(501, "manifest_length", "long"),
    field(502, "partition_spec_id", "int"),
    field(517, "content", "int"),
    field(515, "sequence_number", "long"),
    field(516, "min_sequence_number", "long"),
    field(503, "added_snapshot_id", "long"),
    field(504, "added_files_count", "int"),
    field(505, "existing_files_count", "int"),
    field(506, "deleted_files_count", "int"),
    field(512, "added_rows_count", "long"),
    field(513, "existing_rows_count", "long"),
    field(514, "deleted_rows_count", "long"),
    optionalField(
      507,
      "partitions",
      listOf(508, {
        type: "record",
        name: "r508",
        fields: [
          field(509, "contains_null", "boolean"),
          optionalField(518, "contains_nan", "boolean"),
          optionalField(510, "lower_bound", "bytes"),
          optionalField(511, "upper_bound", "bytes"),
        ],
      }),
    ),
    optionalField(519, "key_metadata", "bytes"),
  ],
};
