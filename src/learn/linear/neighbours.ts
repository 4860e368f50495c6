import { type Dataset, groupBy } from "../data/dataset.ts";
import { DECAY_MIN, type Decay } from "./decay.ts";
import { stepsOf, USER_ROWS_MAX } from "./gram.ts";
import type { Pace } from "../model/pace.ts";

/**
 * The strongest entries of each item's row of B, in bytes: entry = level · scale of its row. Row N is empty: what has no row
 * of its own points there. An entry takes 3 bytes, and ranks are as good as with floats.
 */
export interface Neighbours {
  /** T: entries per row. */
  width: number;
  /** [N + 1 × T] item index; entries that are not used have level 0. Two bytes each as long as N allows. */
  indices: Uint16Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  /** [N + 1 × T] */
  levels: Int8Array<ArrayBuffer>;
  /** [N + 1] */
  scales: Float32Array<ArrayBuffer>;
}

const LEVEL_MAX = 127;

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
  const cells = (items + 1) * width;
  const neighbours: Neighbours = {
    width,
    indices: items <= 0xffff ? new Uint16Array(cells) : new Int32Array(cells),
    levels: new Int8Array(cells),
    scales: new Float32Array(items + 1),
  };
  const headItems: number[] = [];
  for (const [item, head] of headOf.entries()) if (head >= 0) headItems[head] = item;
  const rowsOf = groupBy(dataset.items, items);
  const steps = allSteps(dataset, options.decay);
  await pace.spend(dataset.items.length * 40);
  const row = new Float32Array(items);
  for (let item = 0; item < items; item++) {
    const head = headOf[item] as number;
    const rows = rowsOf.places.subarray(rowsOf.start[item], rowsOf.start[item + 1]);
    const entries = sparseRow(dataset, { rows, steps, row, head, options });
    if (head >= 0) {
      for (let j = 0; j < size; j++) row[headItems[j] as number] = dense[head * size + j] as number;
      entries.push(...headItems);
    }
    keepStrongest(neighbours, { item, row, entries });
    for (const entry of entries) row[entry] = 0;
    await pace.spend(entries.length * 60 + rows.length * WINDOW * 10);
  }
  return neighbours;
}

/**
 * Writes the entries where the item itself or the other one is of the tail into `row` [N], all zeros before, and returns
 * where they are.
 */
function sparseRow(
  dataset: Dataset,
  {
    rows,
    steps,
    row: sums,
    head,
    options,
  }: { rows: Uint32Array; steps: Float64Array; row: Float32Array; head: number; options: NeighbourOptions },
): number[] {
  const { headOf, orderFree, ridge } = options;
  const touched: number[] = [];
  let diagonal = ridge;
  const add = (row: number, value: number) => {
    const other = dataset.items[row] as number;
    if (value === 0 || (head >= 0 && (headOf[other] as number) >= 0)) return;
    if (sums[other] === 0) touched.push(other);
    sums[other] = (sums[other] as number) + value;
  };
  for (const row of rows) {
    diagonal += 1;
    for (let before = row; before > row - WINDOW && (steps[before] as number) > 0; before--) {
      add(before - 1, orderFree);
    }
    let kept = 1;
    for (let after = row + 1; after <= row + WINDOW && (steps[after] ?? 0) > 0; after++) {
      add(after, orderFree + (1 - orderFree) * (kept >= DECAY_MIN ? kept : 0));
      kept *= steps[after] as number;
    }
  }
  for (const other of touched) sums[other] = (sums[other] as number) / diagonal;
  return touched;
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

/** Strong means far from zero: what speaks against an item counts too. Kept in the order of `entries`. */
function keepStrongest(
  { width, indices, levels, scales }: Neighbours,
  { item, row, entries }: { item: number; row: Float32Array; entries: readonly number[] },
): void {
  const sizes = Float32Array.from(entries, (entry) => Math.abs(row[entry] as number)).sort();
  const least = sizes.length > width ? (sizes[sizes.length - width] as number) : 0;
  const scale = (sizes.at(-1) ?? 0) / LEVEL_MAX;
  if (scale === 0) return;
  scales[item] = scale;
  let kept = 0;
  for (const entry of entries) {
    if (kept === width) break;
    const value = row[entry] as number;
    if (Math.abs(value) < least) continue;
    indices[item * width + kept] = entry;
    levels[item * width + kept] = Math.round(value / scale);
    kept++;
  }
}
