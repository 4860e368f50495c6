import { discard } from "../../base/index.ts";
import type { Dataset } from "./dataset.ts";

/** The columns of a data set that nobody reads any more, but for what it shares with those that are still read. */
export function discardRows(dead: Dataset, ...live: readonly Dataset[]): void {
  const buffers = new Set(live.flatMap(columnsOf).map(({ buffer }) => buffer));
  discard(...columnsOf(dead).filter(({ buffer }) => !buffers.has(buffer)));
}

/** The same rows with nothing that they share with the others, which may then be discarded. */
export function rowsAlone(rows: Dataset, ...others: readonly Dataset[]): Dataset {
  const buffers = new Set(others.flatMap(columnsOf).map(({ buffer }) => buffer));
  const own = <C extends { buffer: ArrayBufferLike; slice(): C }>(column: C): C =>
    buffers.has(column.buffer) ? column.slice() : column;
  return {
    ...rows,
    userStart: own(rows.userStart),
    items: own(rows.items),
    timesMs: own(rows.timesMs),
    weights: own(rows.weights),
    types: own(rows.types),
  };
}

function columnsOf({ userStart, items, timesMs, weights, types }: Dataset): ArrayBufferView[] {
  return [userStart, items, timesMs, weights, types];
}
