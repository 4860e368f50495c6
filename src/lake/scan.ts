import { assert } from "../base/index.ts";
import {
  compareCells,
  type DataFile,
  dataFiles,
  type LiveFile,
  loadTable,
  type Warehouse,
} from "../iceberg/index.ts";
import { columnOf } from "./definition.ts";
import { allMeet, type Demand, demandsOf, fileFilter, matchingRows, mayMeet } from "./filter.ts";
import type { OnRead } from "./parquet/range-buffer.ts";
import { ParquetReader, plainCells } from "./parquet/read.ts";
import { chooseSnapshot } from "./snapshot.ts";
import type { AnyColumn, AnyTable, Table } from "./tables/table.ts";
import type { Batch, ColumnRange, ScanOptions, SnapshotChoice } from "./types.ts";

/** Files opened ahead of the one being read: hides the store's latency, holds at most 1 MB of whole files. */
const FILES_AHEAD = 4;

/** The data files of a state that may hold matching rows, in the order of partition and name. */
export async function planFiles(
  warehouse: Warehouse,
  table: AnyTable,
  options: SnapshotChoice & { tenant?: string; where?: readonly ColumnRange[] },
): Promise<LiveFile[]> {
  const state = await loadTable(warehouse, table.path);
  const snapshot = chooseSnapshot(table, state, options);
  if (state === null || snapshot === null) return [];
  const files = await dataFiles(warehouse, state, snapshot.id, fileFilter(demandsOf(table, options)));
  return files.sort(byPlace);
}

function byPlace(a: DataFile, b: DataFile): number {
  for (const [index, left] of a.partition.entries()) {
    const right = b.partition[index] ?? null;
    if (left === right) continue;
    if (left === null) return -1;
    return right === null ? 1 : compareCells(left, right);
  }
  return a.path < b.path ? -1 : 1;
}

/**
 * Matching rows, row group by row group. Manifests say which files may hold any, footers which row groups; of those the demanded
 * columns are read first, the others only where a row matches.
 */
export async function* scan<Row extends object, Name extends keyof Row & string>(
  warehouse: Warehouse,
  table: Table<Row>,
  options: ScanOptions<Row, Name>,
): AsyncGenerator<Batch<Row, Name>> {
  const demands = demandsOf(table, options);
  const columns = options.columns.map((name) => columnOf(table, name));
  const files = (options.files ?? (await planFiles(warehouse, table, options))).filter((file) =>
    demands.every((demand) => mayMeet(file.stats[demand.column.id], file.rows, demand)),
  );
  const bytesTotal = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const progress = { filesDone: 0, filesTotal: files.length, bytesDone: 0, bytesTotal };
  options.onProgress?.({ ...progress });
  for await (const reader of openAhead(warehouse, files, options.onRead)) {
    for (let group = 0; group < reader.groups.length; group++) {
      const batch = await readGroup(reader, group, columns, demands);
      if (batch !== null) yield batch as Batch<Row, Name>;
    }
    progress.filesDone++;
    progress.bytesDone += reader.bytes;
    options.onProgress?.({ ...progress });
  }
}

async function* openAhead(
  { store }: Warehouse,
  files: readonly DataFile[],
  onRead: OnRead | undefined,
): AsyncGenerator<ParquetReader> {
  const opened: Promise<ParquetReader>[] = [];
  for (let i = 0; i < files.length; i++) {
    for (const file of files.slice(i + opened.length, i + FILES_AHEAD)) {
      const opening = ParquetReader.open(store, file, onRead);
      // It may fail before its turn comes; the failure is met then.
      opening.catch(() => {});
      opened.push(opening);
    }
    const reader = opened.shift();
    assert(reader !== undefined, "files are opened in the order in which they are read");
    yield await reader;
  }
}

async function readGroup(
  reader: ParquetReader,
  group: number,
  columns: readonly AnyColumn[],
  demands: readonly Demand[],
): Promise<Batch<object, never> | null> {
  const count = reader.groups[group] ?? 0;
  if (!demands.every((demand) => mayMeet(reader.bounds(group, demand.column), count, demand))) return null;
  const open = demands.filter((demand) => !allMeet(reader.bounds(group, demand.column), demand));
  const demanded = [...new Set(open.map(({ column }) => column))];
  const read = await reader.read(group, demanded);
  const rows = matchingRows(count, open, ({ name, type }) => plainCells(type, read.get(name), null, count));
  if (count === 0 || rows?.length === 0) return null;
  const others = await reader.read(
    group,
    columns.filter((column) => !demanded.includes(column)),
  );
  for (const [name, values] of others) read.set(name, values);
  const cells = columns.map(({ name, type }) => [name, plainCells(type, read.get(name), rows, count)]);
  return { path: reader.path, rows: rows?.length ?? count, columns: Object.fromEntries(cells) };
}
