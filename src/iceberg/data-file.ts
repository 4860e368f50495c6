import type { AvroValue } from "./avro/index.ts";
import { type CellType, decodeCell, encodeCell, lowerTextBound, upperTextBound } from "./cells.ts";
import { keyOf, type Layout, uriOf } from "./layout.ts";
import type { Cell, DataFile, FieldStats, FieldType, Warehouse } from "./types.ts";

export type AvroObject = { readonly [name: string]: AvroValue };

/** `data_file` of a manifest entry. Statistics of columns outside the layout are an error of the caller. */
export function dataFileToAvro(warehouse: Warehouse, layout: Layout, file: DataFile): AvroObject {
  const stats = layout.fields.flatMap(({ id, type }) => {
    const field = file.stats[id];
    return field === undefined ? [] : [{ id, type, field }];
  });
  const bounds = (side: (type: FieldType, field: FieldStats) => Uint8Array | null) =>
    stats.flatMap(({ id, type, field }) => {
      const value = side(type, field);
      return value === null ? [] : [{ key: id, value }];
    });
  return {
    content: 0,
    file_path: uriOf(warehouse, file.path),
    file_format: "PARQUET",
    partition: Object.fromEntries(
      layout.partition.map(({ name }, index) => [
        name,
        partitionToAvro(layout.partitionTypes[index] as CellType, file.partition[index] ?? null),
      ]),
    ),
    record_count: file.rows,
    file_size_in_bytes: file.bytes,
    // Empty, not null, where nothing is known: some readers' listings fail on null.
    column_sizes: Object.entries(file.columnBytes ?? {}).map(([id, value]) => ({ key: Number(id), value })),
    nan_value_counts: [],
    value_counts: stats.map(({ id }) => ({ key: id, value: file.rows })),
    null_value_counts: stats.map(({ id, field }) => ({ key: id, value: field.nullCount })),
    lower_bounds: bounds(lowerBound),
    upper_bounds: bounds(upperBound),
    split_offsets: file.rowGroupOffsets === undefined ? null : [...file.rowGroupOffsets],
    sort_order_id: layout.sortOrderId,
  };
}

/** In the partition tuple a time is its microseconds, everything else is itself. */
function partitionToAvro(type: CellType, value: Cell): AvroValue {
  return type === "timestamptz" && value !== null ? Number(value) * 1_000 : value;
}

function lowerBound(type: FieldType, { min = null }: FieldStats): Uint8Array | null {
  if (min === null || Number.isNaN(min)) return null;
  return encodeCell(type, typeof min === "string" ? lowerTextBound(min) : min);
}

function upperBound(type: FieldType, { max = null }: FieldStats): Uint8Array | null {
  if (max === null || Number.isNaN(max)) return null;
  const bound = typeof max === "string" ? upperTextBound(max) : max;
  return bound === null ? null : encodeCell(type, bound);
}

/** Inverse of `dataFileToAvro`, but for text bounds, which come back as short as they were written. */
export function dataFileFromAvro(warehouse: Warehouse, layout: Layout, row: AvroObject): DataFile {
  const partition = row.partition as AvroObject;
  const offsets = row.split_offsets as number[] | null;
  const columnBytes = mapOf<number>(row.column_sizes);
  return {
    path: keyOf(warehouse, row.file_path as string),
    partition: layout.partition.map(({ name }, index) =>
      partitionFromAvro(layout.partitionTypes[index] as CellType, partition[name] as Cell),
    ),
    rows: row.record_count as number,
    bytes: row.file_size_in_bytes as number,
    stats: statsFromAvro(layout, row),
    ...(columnBytes.size === 0 ? {} : { columnBytes: Object.fromEntries(columnBytes) }),
    ...(offsets === null ? {} : { rowGroupOffsets: offsets }),
  };
}

function partitionFromAvro(type: CellType, value: Cell): Cell {
  return type === "timestamptz" && value !== null ? Number(value) / 1_000 : value;
}

function statsFromAvro(layout: Layout, row: AvroObject): Record<number, FieldStats> {
  const lower = mapOf<Uint8Array>(row.lower_bounds);
  const upper = mapOf<Uint8Array>(row.upper_bounds);
  const nulls = mapOf<number>(row.null_value_counts);
  const stats: Record<number, FieldStats> = {};
  for (const { id, type } of layout.fields) {
    const nullCount = nulls.get(id);
    if (nullCount === undefined) continue;
    const min = lower.get(id);
    const max = upper.get(id);
    stats[id] = {
      ...(min === undefined ? {} : { min: decodeCell(type, min) }),
      ...(max === undefined ? {} : { max: decodeCell(type, max, true) }),
      nullCount,
    };
  }
  return stats;
}

function mapOf<V>(entries: AvroValue | undefined): Map<number, V> {
  const list = (entries ?? []) as unknown as { key: number; value: V }[];
  return new Map(list.map(({ key, value }) => [key, value]));
}
