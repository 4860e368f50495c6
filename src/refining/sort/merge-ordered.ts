import { type Blocks, Cursor } from "./merge.ts";
import { PIECE_ROWS } from "./scratch.ts";

/** Below 0 when `a` comes first, 0 when both have the same place. */
export type Compare<Key> = (a: Key, b: Key) => number;

/** Rows in order, not opened before a merge reaches them. */
export interface OrderedRows<Key, Row extends Key> {
  /** None of the rows comes before this; null when unknown. */
  lowest: Key | null;
  open(): Blocks<Row>;
}

/**
 * Ordered rows as one ordered stream. Parts of one sorted whole follow each other, so that mostly one of them is open: memory is that
 * of the parts which overlap, not of all.
 */
export async function* mergeOrdered<Key, Row extends Key>(
  parts: readonly OrderedRows<Key, Row>[],
  compare: Compare<Key>,
): AsyncGenerator<Row[]> {
  const waiting = parts.toSorted((a, b) => compareLowest(a.lowest, b.lowest, compare));
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
    if (block.length < PIECE_ROWS) continue;
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
  if (open.length === 1) return open[0];
  let least: Cursor<Row> | undefined;
  for (const cursor of open) {
    if (cursor.row === undefined) continue;
    if (least?.row === undefined || compare(cursor.row, least.row) < 0) least = cursor;
  }
  return least;
}
