import type { DataFile, Warehouse } from "../iceberg/index.ts";
import { storeFile } from "./data-file.ts";
import { groupByPartition } from "./definition.ts";
import { ParquetFile, ROW_GROUP_ROWS } from "./parquet/file.ts";
import { writeEntry } from "./pending.ts";
import { sortRows } from "./row-order.ts";
import type { AnyColumn, AnyTable, Table } from "./tables/table.ts";

/** Writes rows as one sorted file per partition, each with its pending entry. Rejects when the store fails. */
export async function append<Row extends object>(
  warehouse: Warehouse,
  table: Table<Row>,
  rows: readonly Row[],
  { nowMs }: { nowMs: number },
): Promise<DataFile[]> {
  const files: DataFile[] = [];
  for (const group of groupByPartition(table, rows)) {
    const encoded = encodeRows(table, group.rows);
    const file = await storeFile(warehouse, table, encoded, { partition: group.partition, nowMs });
    // The rows' commit point. A crash before it leaves a file that nothing names, and its rows are delivered again, to be
    // written under another name; after it, the entry waits for the table's next commit.
    await writeEntry(warehouse.store, table, file, nowMs);
    files.push(file);
  }
  return files;
}

function encodeRows<Row extends object>(table: AnyTable, rows: readonly Row[]) {
  const sorted = sortRows(table, rows);
  const file = new ParquetFile(table, "fresh");
  for (let from = 0; from < sorted.length; from += ROW_GROUP_ROWS) {
    const group = sorted.slice(from, from + ROW_GROUP_ROWS);
    file.addRowGroup(group.length, (column) => cellsOf(column, group));
  }
  return file.finish();
}

function cellsOf<Row extends object>({ name, type }: AnyColumn, rows: readonly Row[]): unknown[] {
  const key = name as keyof Row;
  if (type !== "json") return rows.map((row) => row[key]);
  return rows.map((row) => jsonText(row[key]));
}

/** Null stays null: a JSON column has no JSON null. */
export function jsonText(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}
