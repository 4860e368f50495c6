import type { AnyTable, ColumnsOf, DataFile, Lake, Table, TableWriter } from "../../lake/index.ts";
import type { RowSink } from "./rewrite.ts";

/** Rows handed to the writer at once. */
const BATCH_ROWS = 4_096;
/** 1.5 MB: a file is what a change of one group rewrites, and it is held while it is written. Compaction makes larger ones of those that rest. */
export const FILE_ROWS = 50_000;

/** Rows → files of one partition of a gold table. */
export function tableSink<Row extends object>(
  lake: Lake,
  table: Table<Row>,
  {
    partition,
    nowMs,
    fileRows: rowsMax,
  }: { partition: DataFile["partition"]; nowMs: number; fileRows: number },
): RowSink<Row> & { rows: number } {
  const files: DataFile[] = [];
  let writer: TableWriter<Row> | null = null;
  let fileRows = 0;
  let buffer: Row[] = [];
  const sink = {
    files,
    rows: 0,
    push(row: Row): void {
      buffer.push(row);
    },
    get full(): boolean {
      return buffer.length >= BATCH_ROWS;
    },
    async flush(): Promise<void> {
      if (buffer.length === 0) return;
      writer ??= lake.writer(table, { partition, nowMs });
      await writer.write(columnsOf(table, buffer), buffer.length);
      fileRows += buffer.length;
      sink.rows += buffer.length;
      buffer = [];
    },
    async mayCut(): Promise<void> {
      if (fileRows + buffer.length >= rowsMax) await sink.cut();
    },
    async cut(): Promise<void> {
      await sink.flush();
      if (writer !== null) files.push(...(await writer.close()));
      writer = null;
      fileRows = 0;
    },
  };
  return sink;
}

function columnsOf<Row extends object>(table: AnyTable, rows: readonly Row[]): ColumnsOf<Row> {
  const columns: Record<string, unknown[]> = {};
  for (const { name } of table.columns) columns[name] = rows.map((row) => row[name as keyof Row]);
  return columns as ColumnsOf<Row>;
}
