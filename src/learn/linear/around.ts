import { DECAY_MIN } from "./decay.ts";
import type { Walks } from "./walks.ts";

/** Sums over rows by the place of their item; rows whose item has none are passed over. */
export interface Sums {
  walks: Walks;
  /** [N] place of an item in `values`, or −1. */
  placeOf: Int32Array;
  values: Float32Array;
}

function add({ walks, placeOf, values }: Sums, row: number, value: number): void {
  const place = placeOf[walks.items[row] as number] as number;
  if (place >= 0) values[place] = (values[place] as number) + value;
}

/** Adds `value` for each other row of the row's user; returns how many there are. */
export function addOthers(sums: Sums, row: number, value: number): number {
  const { steps } = sums.walks;
  let first = row;
  for (; (steps[first] as number) > 0; first--) add(sums, first - 1, value);
  let last = row + 1;
  for (; (steps[last] ?? 0) > 0; last++) add(sums, last, value);
  return last - first;
}

/** Adds what is left of each earlier row at this one, times `value`. */
export function addBefore(sums: Sums, row: number, value: number): number {
  const { steps } = sums.walks;
  let before = row;
  let kept = steps[before] as number;
  while (kept >= DECAY_MIN) {
    before--;
    add(sums, before, value * kept);
    kept *= steps[before] as number;
  }
  return row - before;
}

/** Adds what is left of this row at each later one, times what that one is worth in all: `tails`. */
export function addAfter(sums: Sums, row: number, value: number): number {
  const { steps, tails } = sums.walks;
  let after = row + 1;
  let kept = steps[after] ?? 0;
  while (kept >= DECAY_MIN) {
    add(sums, after, value * kept * (tails[after] as number));
    after++;
    kept *= steps[after] ?? 0;
  }
  return after - row;
}

/** Adds the decayed prefix that the row ends, itself whole. */
export function addPrefix(sums: Sums, row: number, value: number): number {
  add(sums, row, value);
  return 1 + addBefore(sums, row, value);
}
