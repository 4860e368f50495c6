import { DAY_MS, type ObjectStore, sha256Hex } from "../base/index.ts";
import type { Cell } from "../events/index.ts";
import { type ColumnStats, encodeRows } from "./encode.ts";
import type { Table } from "./tables.ts";

export interface DataFile {
  path: string;
  rows: number;
  bytes: number;
}

/** What a data file leaves for the table's next commit: it can be committed without being read again. */
export interface PendingFile extends DataFile {
  v: 1;
  table: string;
  stats: Record<string, ColumnStats>;
}

/**
 * Writes rows as one data file per day of the table, sorted by tenant. A file is named by the hash of its bytes, never by
 * the batch it came from: the same rows written twice are one file, and a redelivered message in another batch makes
 * another file, so bronze may hold a row twice. Rejects when the store fails; what was written by then is harmless.
 */
export async function append<Row extends object>(
  store: ObjectStore,
  table: Table<Row>,
  rows: readonly Row[],
): Promise<DataFile[]> {
  const files: DataFile[] = [];
  for (const [day, dayRows] of groupByDay(table, rows))
    files.push(await writeFile(store, table, day, dayRows));
  return files;
}

async function writeFile<Row extends object>(
  store: ObjectStore,
  table: Table<Row>,
  day: string,
  rows: readonly Row[],
): Promise<DataFile> {
  const sorted = sortRows(table, rows);
  const { bytes, stats } = encodeRows(table, sorted);
  const name = (await sha256Hex(bytes)).slice(0, 32);
  const path = `${table.path}/data/day=${day}/${name}.parquet`;
  const file: DataFile = { path, rows: rows.length, bytes: bytes.byteLength };
  await store.put(path, bytes, { ifAbsent: true });
  // The file's commit point. A crash before it leaves a file that no table names, and its rows are delivered again. The entry
  // may come twice for one path, also after the path was committed: whoever commits asks by path.
  const minute = minuteOf(Math.max(...sorted.map((row) => row[table.timeColumn] as number)));
  const pending: PendingFile = { v: 1, table: table.name, ...file, stats };
  await store.put(
    `lake/pending/${table.name}/${minute}/${name}.json`,
    new TextEncoder().encode(JSON.stringify(pending)),
    { ifAbsent: true },
  );
  return file;
}

function groupByDay<Row>(table: Table<Row>, rows: readonly Row[]): Map<string, Row[]> {
  const byNumber = Map.groupBy(rows, (row) => Math.floor((row[table.timeColumn] as number) / DAY_MS));
  return new Map([...byNumber].map(([day, dayRows]) => [dayOf(day * DAY_MS), dayRows]));
}

function sortRows<Row>({ timeColumn, keyColumn }: Table<Row>, rows: readonly Row[]): Row[] {
  const by = ["tenant", timeColumn, keyColumn] as (keyof Row)[];
  return rows.toSorted((a, b) => {
    for (const column of by) {
      const [left, right] = [a[column] as Cell, b[column] as Cell];
      if (left === right) continue;
      return (left ?? "") < (right ?? "") ? -1 : 1;
    }
    return 0;
  });
}

/** YYYY-MM-DD in UTC. */
export function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

/** YYYY-MM-DDTHH-MM in UTC. */
function minuteOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 16).replace(":", "-");
}
