import {
  type AsyncBuffer,
  type DecodedArray,
  type FileMetaData,
  parquetMetadataAsync,
  parquetScan,
} from "hyparquet";
import { assert, listAll, type ObjectStore } from "../base/index.ts";
import type { Column, Table } from "./tables.ts";

export interface ScanOptions<Name extends string> {
  tenant: string;
  columns: readonly Name[];
  /** First and last day of the table's time, YYYY-MM-DD, both included. */
  fromDay?: string;
  toDay?: string;
  onProgress?: (progress: ScanProgress) => void;
}

export interface ScanProgress {
  filesDone: number;
  filesTotal: number;
  bytesDone: number;
  bytesTotal: number;
}

/** Rows of one tenant in one row group, by column: `columns.item_id[i]` is row i's, null where it has none. */
export interface ScannedRows<Row, Name extends keyof Row> {
  path: string;
  rows: number;
  columns: { [K in Name]-?: (Exclude<Row[K], undefined> | null)[] };
}

/** A file up to this size is read whole: one call in place of three, at the cost of bytes that are free in R2. */
const WHOLE_FILE_BYTES_MAX = 256_000;
/** Footers of our files have a few KB; this reads them in one call. */
const FOOTER_BYTES = 32_000;
/** Files opened ahead of the one being read: hides the store's latency, holds at most 1 MB of whole files. */
const FILES_AHEAD = 4;

/**
 * One tenant's rows of a table, row group by row group, in order of day and file name. Reads only the columns asked for, and
 * skips files and row groups whose statistics say that the tenant is not in them.
 */
export async function* scan<Row extends object, Name extends keyof Row & string>(
  store: ObjectStore,
  table: Table<Row>,
  options: ScanOptions<Name>,
): AsyncGenerator<ScannedRows<Row, Name>> {
  const files = await listDataFiles(store, table, options);
  const progress = { filesDone: 0, filesTotal: files.length, bytesDone: 0, bytesTotal: totalSize(files) };
  options.onProgress?.({ ...progress });
  const opened: Promise<OpenFile>[] = [];
  for (let i = 0; i < files.length; i++) {
    for (const file of files.slice(i + opened.length, i + FILES_AHEAD)) opened.push(openQuietly(store, file));
    const file = await opened.shift();
    assert(file !== undefined, "files are opened in the order in which they are read");
    yield* scanFile(file, table, options);
    progress.filesDone++;
    progress.bytesDone += file.size;
    options.onProgress?.({ ...progress });
  }
}

interface ListedFile {
  key: string;
  size: number;
}

async function listDataFiles<Row>(
  store: ObjectStore,
  table: Table<Row>,
  { fromDay = "0000", toDay = "9999" }: Pick<ScanOptions<string>, "fromDay" | "toDay">,
): Promise<ListedFile[]> {
  const files: ListedFile[] = [];
  const prefix = `${table.path}/data/day=`;
  for await (const { key, size } of listAll(store, prefix)) {
    const day = key.slice(prefix.length, prefix.length + 10);
    if (day >= fromDay && day <= toDay && key.endsWith(".parquet")) files.push({ key, size });
  }
  return files;
}

function totalSize(files: readonly ListedFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

interface OpenFile {
  path: string;
  size: number;
  buffer: AsyncBuffer;
  metadata: FileMetaData;
}

/** A file opened ahead may fail before anyone awaits it; the failure is met when its turn comes. */
function openQuietly(store: ObjectStore, file: ListedFile): Promise<OpenFile> {
  const opening = openFile(store, file);
  opening.catch(() => {});
  return opening;
}

async function openFile(store: ObjectStore, { key, size }: ListedFile): Promise<OpenFile> {
  const whole =
    size <= WHOLE_FILE_BYTES_MAX ? await readBytes(store, key, { offset: 0, length: size }) : null;
  const buffer: AsyncBuffer = {
    byteLength: size,
    slice: (start, end = size) =>
      whole?.slice(start, end) ?? readBytes(store, key, { offset: start, length: end - start }),
  };
  const metadata = await parquetMetadataAsync(buffer, { parsers: PARSERS, initialFetchSize: FOOTER_BYTES });
  return { path: key, size, buffer, metadata };
}

async function readBytes(
  store: ObjectStore,
  key: string,
  range: { offset: number; length: number },
): Promise<ArrayBuffer> {
  const object = await store.get(key, range);
  // Data files are immutable; only retention removes one, and a reader that is overtaken by it must start again.
  if (object === null) throw new Error(`data file ${key} is gone`);
  return object.bytes.buffer;
}

/** Milliseconds as numbers: exact until the year 287396. */
const PARSERS = { timestampFromMilliseconds: Number };

async function* scanFile<Row extends object, Name extends keyof Row & string>(
  { path, buffer, metadata }: OpenFile,
  table: Table<Row>,
  { tenant, columns }: ScanOptions<Name>,
): AsyncGenerator<ScannedRows<Row, Name>> {
  const present = new Set(metadata.schema.map(({ name }) => name));
  // Columns only grow: a file written before a column was added has null in it.
  const stored = columns.filter((name) => present.has(name));
  const file = await parquetScan({
    file: buffer,
    metadata,
    columns: [...new Set<string>([...stored, "tenant"])],
    pruningFilter: { tenant: { $eq: tenant } },
    parsers: PARSERS,
  });
  for (const range of file.ranges) {
    const [from, to] = rangeOf(await file.readColumn({ column: "tenant", ...range }), tenant);
    if (from === to) continue;
    const cells = await Promise.all(
      columns.map(async (name): Promise<[Name, unknown[]]> => {
        if (!present.has(name)) return [name, new Array(to - from).fill(null)];
        const values = await file.readColumn({ column: name, ...range });
        return [name, plainCells(columnOf(table, name), values, from, to)];
      }),
    );
    yield {
      path,
      rows: to - from,
      columns: Object.fromEntries(cells) as ScannedRows<Row, Name>["columns"],
    };
  }
}

/** Where the tenant's rows stand: files are sorted by tenant. */
function rangeOf(tenants: DecodedArray, tenant: string): [from: number, to: number] {
  const from = tenants.indexOf(tenant as never);
  return from < 0 ? [0, 0] : [from, tenants.lastIndexOf(tenant as never) + 1];
}

function columnOf<Row>(table: Table<Row>, name: string): Column<Row> {
  const column = table.columns.find((candidate) => candidate.name === name);
  assert(column !== undefined, `table ${table.name} has column ${name}`);
  return column;
}

function plainCells<Row>({ type }: Column<Row>, values: DecodedArray, from: number, to: number): unknown[] {
  const cells: unknown[] = Array.from(values.slice(from, to));
  if (type === "long") return cells.map((cell) => (typeof cell === "bigint" ? Number(cell) : null));
  if (type === "json") return cells.map((cell) => (typeof cell === "string" ? JSON.parse(cell) : null));
  return cells.map((cell) => cell ?? null);
}
