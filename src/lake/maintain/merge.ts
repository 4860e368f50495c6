import type { Cell } from "../../events/index.ts";
import { compareCells, type DataFile, type Warehouse } from "../../iceberg/index.ts";
import { columnOf } from "../definition.ts";
import { ParquetReader, plainCells } from "../parquet/read.ts";
import type { AnyColumn, AnyTable } from "../tables/table.ts";

/** Rows by column, in the order of `table.columns`: null where there is no value, no cells where no row has one; json as its text. */
export interface Block {
  rows: number;
  columns: unknown[][];
}

/** Rows of one block of a merge: so few that they are gone before the heap's young generation is collected twice. */
const BLOCK_ROWS = 1_024;

/** The rows of sorted files in the table's order, in blocks. Holds one row group of each file. */
export async function* mergeFiles(
  { store }: Warehouse,
  table: AnyTable,
  files: readonly DataFile[],
): AsyncGenerator<Block> {
  const opened: Source[] = [];
  for (const file of files) {
    const source = new Source(await ParquetReader.open(store, file), table, opened.length);
    if (await source.load()) opened.push(source);
  }
  // In the order of their next rows; of equal rows the earlier file's comes first.
  const waiting = opened.toSorted(compareSources);
  const picked: Picked = { sources: [], rows: [] };
  for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
    picked.sources.push(first);
    picked.rows.push(first.row);
    first.row++;
    const isEmpty = first.row === first.rows;
    // Before a group is let go, what was picked from it is copied.
    if (isEmpty || picked.rows.length === BLOCK_ROWS) yield take(table, picked);
    if (isEmpty && !(await first.load())) waiting.shift();
    else sink(waiting);
  }
  if (picked.rows.length > 0) yield take(table, picked);
}

interface Picked {
  sources: Source[];
  rows: number[];
}

function take(table: AnyTable, picked: Picked): Block {
  const { sources, rows } = picked;
  const distinct = [...new Set(sources)];
  const columns = table.columns.map((_, column) =>
    distinct.some((source) => source.columns[column]?.length)
      ? rows.map((row, index) => (sources[index] as Source).columns[column]?.[row] ?? null)
      : [],
  );
  picked.sources = [];
  picked.rows = [];
  return { rows: rows.length, columns };
}

/** Moves the first to its place among the others, which are in order. */
function sink(waiting: Source[]): void {
  const [first] = waiting;
  if (first === undefined) return;
  let low = 1;
  let high = waiting.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareSources(waiting[middle] as Source, first) < 0) low = middle + 1;
    else high = middle;
  }
  waiting.copyWithin(0, 1, low);
  waiting[low - 1] = first;
}

function compareSources(a: Source, b: Source): number {
  for (let key = 0; key < a.keys.length; key++) {
    const left = (a.columns[a.keys[key] as number]?.[a.row] ?? null) as Cell;
    const right = (b.columns[b.keys[key] as number]?.[b.row] ?? null) as Cell;
    if (left === right) continue;
    if (left === null || right === null) return left === null ? -1 : 1;
    const order = compareCells(left, right);
    if (order !== 0) return order;
  }
  return a.place - b.place;
}

/** A file, at one of its rows. */
class Source {
  readonly place: number;
  /** Indexes of the columns that the table is sorted by. */
  readonly keys: readonly number[];
  readonly #reader: ParquetReader;
  readonly #columns: readonly AnyColumn[];
  #group = 0;
  row = 0;
  rows = 0;
  columns: unknown[][] = [];

  constructor(reader: ParquetReader, table: AnyTable, place: number) {
    this.#reader = reader;
    this.#columns = table.columns;
    this.place = place;
    this.keys = table.sort.map((name) => table.columns.indexOf(columnOf(table, name)));
  }

  /** Goes on to the next row group; false at the end. */
  async load(): Promise<boolean> {
    this.columns = [];
    while (this.#group < this.#reader.groups.length) {
      const group = this.#group++;
      this.row = 0;
      this.rows = this.#reader.groups[group] ?? 0;
      if (this.rows === 0) continue;
      // Most events leave most columns empty: those take neither a call nor memory.
      const filled = this.#columns.filter(
        (column) => this.#reader.bounds(group, column).nullCount < this.rows,
      );
      const read = await this.#reader.read(group, filled);
      this.columns = this.#columns.map(({ name, type }) => {
        const values = read.get(name);
        return values === undefined
          ? []
          : plainCells(type === "json" ? "string" : type, values, null, this.rows);
      });
      return true;
    }
    return false;
  }
}
