import type { Dataset } from "./dataset.ts";
import { DECAY_MIN, type Decay } from "./decay.ts";
import { stepsOf, USER_ROWS_MAX } from "./gram.ts";
import type { Pace } from "./pace.ts";

/** The strongest entries of each item's row of B. Row N is empty: what has no row of its own points there. */
export interface Neighbours {
  /** T: entries per row. */
  width: number;
  /** [N + 1 × T] item index; entries that are not used have value 0. */
  indices: Int32Array<ArrayBuffer>;
  /** [N + 1 × T] */
  values: Float32Array<ArrayBuffer>;
}

export interface NeighbourOptions {
  width: number;
  /** [items] place in the dense solution, −1 for an item of the tail. */
  headOf: Int32Array;
  /** [n × n] the dense solution. */
  dense: Float32Array;
  size: number;
  orderFree: number;
  ridge: number;
  decay: Decay;
}

/** Positions around an interaction in which an item of the tail looks for neighbours. */
const WINDOW = 20;

/**
 * Rows of B. Between items of the dense part they are its solution. Where either item is of the tail, the equations are
 * solved for their diagonal only: right[i, j] / left[i, i], the same scale, shrunk by the same λ, blind to what others explain.
 */
export async function buildNeighbours(
  dataset: Dataset,
  options: NeighbourOptions,
  pace: Pace,
): Promise<Neighbours> {
  const { width, headOf, dense, size } = options;
  const items = dataset.itemIds.length;
  const indices = new Int32Array((items + 1) * width);
  const values = new Float32Array((items + 1) * width);
  const headItems: number[] = [];
  for (const [item, head] of headOf.entries()) if (head >= 0) headItems[head] = item;
  const rowsOf = rowsByItem(dataset);
  const steps = allSteps(dataset, options.decay);
  const sums = new Float64Array(items);
  for (let item = 0; item < items; item++) {
    const head = headOf[item] as number;
    const rows = rowsOf.rows.subarray(rowsOf.start[item], rowsOf.start[item + 1]);
    const found = sparseRow(dataset, { rows, steps, sums, head, options });
    if (head >= 0) {
      for (let j = 0; j < size; j++) found.push([headItems[j] as number, dense[head * size + j] as number]);
    }
    keepStrongest(found, width, { indices, values, offset: item * width });
    await pace.spend(found.length * 10 + rows.length * WINDOW * 4);
  }
  return { width, indices, values };
}

/** Entries of an item's row where it, or the other item, is of the tail. `sums` is all zeros before and after. */
function sparseRow(
  dataset: Dataset,
  {
    rows,
    steps,
    sums,
    head,
    options,
  }: { rows: Uint32Array; steps: Float64Array; sums: Float64Array; head: number; options: NeighbourOptions },
): [number, number][] {
  const { headOf, orderFree, ridge } = options;
  const touched: number[] = [];
  let diagonal = ridge;
  const add = (row: number, value: number) => {
    const other = dataset.items[row] as number;
    if (head >= 0 && (headOf[other] as number) >= 0) return;
    if (sums[other] === 0) touched.push(other);
    sums[other] = (sums[other] as number) + value;
  };
  for (const row of rows) {
    diagonal += 1;
    for (let before = row; before > row - WINDOW && (steps[before] as number) > 0; before--)
      add(before - 1, orderFree);
    let kept = 1;
    for (let after = row + 1; after <= row + WINDOW && (steps[after] ?? 0) > 0; after++) {
      add(after, orderFree + (1 - orderFree) * (kept >= DECAY_MIN ? kept : 0));
      kept *= steps[after] as number;
    }
  }
  return touched.map((other) => {
    const value = (sums[other] as number) / diagonal;
    sums[other] = 0;
    return [other, value];
  });
}

/** [rows] what is left of the row before; 0 marks the first row of a user. */
function allSteps(dataset: Dataset, decay: Decay): Float64Array {
  const steps = new Float64Array(dataset.items.length);
  for (let user = 0; user < dataset.userIds.length; user++) {
    const end = dataset.userStart[user + 1] as number;
    const start = Math.max(dataset.userStart[user] as number, end - USER_ROWS_MAX);
    // A step of zero would read as a user's border: long pauses leave a trace instead.
    const own = stepsOf(dataset.timesMs.subarray(start, end), decay);
    for (let t = 1; t < own.length; t++) steps[start + t] = Math.max(own[t] as number, Number.MIN_VALUE);
  }
  return steps;
}

/** Row numbers by item: those of item i are rows[start[i] … start[i + 1]). */
function rowsByItem(dataset: Dataset): { start: Uint32Array; rows: Uint32Array } {
  const items = dataset.itemIds.length;
  const start = new Uint32Array(items + 1);
  for (const item of dataset.items) start[item + 1] = (start[item + 1] as number) + 1;
  for (let i = 0; i < items; i++) start[i + 1] = (start[i + 1] as number) + (start[i] as number);
  const next = start.slice();
  const rows = new Uint32Array(dataset.items.length);
  for (const [row, item] of dataset.items.entries()) {
    rows[next[item] as number] = row;
    next[item] = (next[item] as number) + 1;
  }
  return { start, rows };
}

/** Strong means far from zero: what speaks against an item counts too. Kept in order of item, for equal bytes. */
function keepStrongest(
  found: [number, number][],
  width: number,
  { indices, values, offset }: { indices: Int32Array; values: Float32Array; offset: number },
): void {
  const sizes = Float32Array.from(found, ([, value]) => Math.abs(value)).sort();
  const least = found.length > width ? (sizes[found.length - width] as number) : 0;
  let at = 0;
  for (const [item, value] of found) {
    if (at === width) break;
    if (value === 0 || Math.abs(Math.fround(value)) < least) continue;
    indices[offset + at] = item;
    values[offset + at] = value;
    at++;
  }
}
