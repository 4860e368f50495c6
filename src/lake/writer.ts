import { assert } from "../base/index.ts";
import type { Cell, DataFile, Warehouse } from "../iceberg/index.ts";
import { jsonText } from "./append.ts";
import { storeFile } from "./data-file.ts";
import { ParquetFile, ROW_GROUP_ROWS } from "./parquet/file.ts";
import type { Table } from "./tables/table.ts";
import type { ColumnsOf, TableWriter } from "./types.ts";

/**
 * Bytes from which on a file is closed: some 120,000 events. A Worker has 128 MB, and a file is held twice, in parts and as a
 * whole, while it is stored; larger files would spare readers little, as they read by row group.
 */
export const TARGET_FILE_BYTES = 4_000_000;

const NULLS: readonly null[] = new Array(ROW_GROUP_ROWS).fill(null);

/** Columns that were left out of the last rows are behind the others. */
function padTo(cells: unknown[], rows: number): void {
  while (cells.length < rows) cells.push(null);
}

interface WriterOptions {
  partition: readonly Cell[];
  nowMs: number;
  /** What json columns are given as: compaction hands on the text that it read. */
  json?: "values" | "text";
}

/** Writes rows in their order to files of one partition, a row group at a time; holds one group of rows and one file. */
export function openWriter<Row extends object>(
  warehouse: Warehouse,
  table: Table<Row>,
  { partition, nowMs, json = "values" }: WriterOptions,
): TableWriter<Row> {
  const files: DataFile[] = [];
  const waiting = new Map<string, unknown[]>(table.columns.map(({ name }) => [name, []]));
  let rowsWaiting = 0;
  let file = new ParquetFile(table, "compact");

  const flushGroup = (rows: number) => {
    file.addRowGroup(rows, ({ name }) => {
      const cells = waiting.get(name) ?? [];
      if (cells.length === 0) return NULLS.slice(0, rows);
      padTo(cells, rows);
      return cells.splice(0, rows);
    });
    rowsWaiting -= rows;
  };
  const closeFile = async () => {
    if (file.rows === 0) return;
    const encoded = file.finish();
    file = new ParquetFile(table, "compact");
    files.push(await storeFile(warehouse, table, encoded, { partition, nowMs }));
  };

  return {
    async write(columns: ColumnsOf<Row>, rows: number) {
      for (const { name, type } of table.columns) {
        const given: readonly unknown[] | undefined = columns[name];
        if (given === undefined) continue;
        assert(given.length === rows, `column ${name} has ${rows} cells`);
        const cells = waiting.get(name) ?? [];
        padTo(cells, rowsWaiting);
        for (const cell of given) cells.push(type === "json" && json === "values" ? jsonText(cell) : cell);
      }
      rowsWaiting += rows;
      while (rowsWaiting >= ROW_GROUP_ROWS) {
        flushGroup(ROW_GROUP_ROWS);
        if (file.bytes >= TARGET_FILE_BYTES) await closeFile();
      }
    },
    async close() {
      if (rowsWaiting > 0) flushGroup(rowsWaiting);
      await closeFile();
      return files;
    },
  };
}
