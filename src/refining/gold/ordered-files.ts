import type { Batch, LiveFile } from "../../lake/index.ts";
import { BLOCK_ROWS, type Blocks, Cursor } from "../sort/index.ts";

/** Below 0 when `a` comes first, 0 when both have the same place. */
export type Compare<Key> = (a: Key, b: Key) => number;

/** A file of rows in order, not opened before a merge reaches it. */
export interface OrderedFile<Key, Row extends Key> {
  /** Nothing in the file comes before this; null when unknown. */
  lowest: Key | null;
  open(): Blocks<Row>;
}

/**
 * The rows of ordered files as one ordered stream. Files of one sorted run follow each other, so that mostly one of them is open:
 * memory is that of the files which overlap, not of all.
 */
export async function* mergeFiles<Key, Row extends Key>(
  files: readonly OrderedFile<Key, Row>[],
  compare: Compare<Key>,
): AsyncGenerator<Row[]> {
  const waiting = files.toSorted((a, b) => compareLowest(a.lowest, b.lowest, compare));
  let open: Cursor<Row>[] = [];
  let block: Row[] = [];
  for (;;) {
    let least = leastOf(open, compare);
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (least?.row !== undefined && next.lowest !== null && compare(least.row, next.lowest) < 0) break;
      waiting.shift();
      open.push(await Cursor.open(next.open()));
      least = leastOf(open, compare);
    }
    if (least?.row === undefined) break;
    block.push(least.row);
    const loading = least.next();
    if (loading !== undefined) await loading;
    if (least.row === undefined) open = open.filter((cursor) => cursor.row !== undefined);
    if (block.length < BLOCK_ROWS) continue;
    yield block;
    block = [];
  }
  if (block.length > 0) yield block;
}

function compareLowest<Key>(a: Key | null, b: Key | null, compare: Compare<Key>): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return compare(a, b);
}

function leastOf<Key, Row extends Key>(
  open: readonly Cursor<Row>[],
  compare: Compare<Key>,
): Cursor<Row> | undefined {
  let least: Cursor<Row> | undefined;
  for (const cursor of open) {
    if (cursor.row === undefined) continue;
    if (least?.row === undefined || compare(cursor.row, least.row) < 0) least = cursor;
  }
  return least;
}

/** The cells of a scan's batches as rows; a null cell stays null. */
export async function* rowsOf<Row, Name extends keyof Row & string>(
  batches: AsyncIterable<Batch<Row, Name>>,
): AsyncGenerator<Cells<Row, Name>[]> {
  for await (const { rows, columns } of batches) {
    const names = Object.keys(columns) as Name[];
    for (let from = 0; from < rows; from += BLOCK_ROWS) {
      const length = Math.min(BLOCK_ROWS, rows - from);
      yield Array.from({ length }, (_, index) => {
        const row: Record<string, unknown> = {};
        for (const name of names) row[name] = columns[name][from + index];
        return row as Cells<Row, Name>;
      });
    }
  }
}

/** A row as it was read: null where it has no value. */
export type Cells<Row, Name extends keyof Row> = {
  [K in Name]-?: K extends RequiredOf<Row> ? Row[K] : Exclude<Row[K], undefined> | null;
};

type RequiredOf<Row> = {
  [K in keyof Row]-?: Record<never, never> extends Pick<Row, K> ? never : K;
}[keyof Row];

/** A column's bound over a file, when it is known. */
export function boundOf(file: LiveFile, columnId: number, end: "min" | "max"): string | number | null {
  const bound = file.stats[columnId]?.[end];
  return typeof bound === "string" || typeof bound === "number" ? bound : null;
}
