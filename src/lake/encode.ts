import type { RowGroup, SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { assert } from "../base/index.ts";
import type { Cell, ColumnType } from "../events/index.ts";
import type { Column, Table } from "./tables.ts";

/** Rows read at once by a scan: about 1 MB for a few columns, and enough to prune a merged file by tenant. */
export const ROW_GROUP_ROWS = 20_000;
/** Min and max are kept whole for a tenant's name (32 B), cut for long ids. */
const STATISTICS_BYTES = 64;

export interface ColumnStats {
  min?: Cell;
  max?: Cell;
  nullCount: number;
}

export interface EncodedFile {
  bytes: Uint8Array<ArrayBuffer>;
  stats: Record<string, ColumnStats>;
}

/** Rows as one Parquet file (Snappy), in the order given. Times are TIMESTAMP(ms, UTC), json is text. */
export function encodeRows<Row extends object>(table: Table<Row>, rows: readonly Row[]): EncodedFile {
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({
    writer,
    schema: schemaOf(table),
    statisticsTruncateLength: STATISTICS_BYTES,
    createdBy: "lakeshore",
  });
  void parquet.write({
    columnData: table.columns.map((column) => ({ name: column.name, data: cellsOf(column, rows) })),
    rowGroupSize: ROW_GROUP_ROWS,
  });
  // Before `finish`, the statistics are still the values themselves.
  const stats = statsOf(table, parquet.row_groups);
  void parquet.finish();
  return { bytes: writer.getBytes() as Uint8Array<ArrayBuffer>, stats };
}

function schemaOf<Row>(table: Table<Row>): SchemaElement[] {
  const columns = table.columns.map(
    ({ id, name, type, required }): SchemaElement => ({
      ...PARQUET_TYPES[type],
      name,
      field_id: id,
      repetition_type: required ? "REQUIRED" : "OPTIONAL",
    }),
  );
  return [{ name: table.name, num_children: columns.length }, ...columns];
}

const UTF8 = { type: "BYTE_ARRAY", converted_type: "UTF8" } as const;

const PARQUET_TYPES: Record<ColumnType, Omit<SchemaElement, "name">> = {
  string: UTF8,
  json: UTF8,
  long: { type: "INT64" },
  double: { type: "DOUBLE" },
  boolean: { type: "BOOLEAN" },
  timestamp_ms: {
    type: "INT64",
    converted_type: "TIMESTAMP_MILLIS",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
  },
};

function cellsOf<Row>({ name, type, required }: Column<Row>, rows: readonly Row[]): unknown[] {
  return rows.map((row) => {
    const value = row[name];
    if (value === undefined || value === null) {
      assert(!required, `column ${name} has a value in every row`);
      return null;
    }
    if (type === "json") return JSON.stringify(value);
    return type === "long" ? BigInt(value as unknown as number) : value;
  });
}

function statsOf<Row>(table: Table<Row>, groups: readonly RowGroup[]): Record<string, ColumnStats> {
  return Object.fromEntries(
    table.columns.map(({ name, type }, index): [string, ColumnStats] => {
      const stats: ColumnStats = { nullCount: 0 };
      for (const { columns } of groups) {
        const group = columns[index]?.meta_data?.statistics;
        stats.nullCount += Number(group?.null_count ?? 0);
        if (type === "json" || group?.min_value === undefined) continue;
        const [min, max] = [plainCell(group.min_value), plainCell(group.max_value)];
        if (stats.min === undefined || isLess(min, stats.min)) stats.min = min;
        if (stats.max === undefined || isLess(stats.max, max)) stats.max = max;
      }
      return [name, stats];
    }),
  );
}

function plainCell(value: unknown): Cell {
  return typeof value === "bigint" ? Number(value) : (value as Cell);
}

function isLess(a: Cell, b: Cell): boolean {
  return a !== null && b !== null && a < b;
}
