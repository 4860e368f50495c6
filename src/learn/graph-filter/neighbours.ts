import { discard } from "../../base/index.ts";
import type { Pace } from "../model/pace.ts";
import type { Bipartite } from "./bipartite.ts";
import { addedTo, type Head, lookAlong } from "./head.ts";
import { nthLargest } from "./nth-largest.ts";
import { createRows, type NeighbourRows, type RowRange } from "./rows.ts";
import type { Scales } from "./spectrum.ts";

/** Which rows, and of what they are made. */
export interface RowOptions extends Pick<RowRange, "from" | "end" | "width"> {
  scales: Scales;
  /** What is added to P. */
  head: Head;
  /** [items] factors of an item in a history and of an item in a list. */
  historyScales: Float32Array;
  listScales: Float32Array;
}

const LEVEL_MAX = 255;
/** Entries of P looked at for each that is kept: the addition reorders them, but not from so far behind. */
const CANDIDATES = 2;
/** A hit has more pairs than a piece of work may have. */
const PAIRS_PER_PIECE = 500_000;
/** Rows between two reports. */
const REPORT_ROWS = 1_024;

/**
 * Rows of diag(historyScales) · (P + V diag(gains) V') · diag(listScales), one after another: P is never held as a whole. Only
 * items that share a user with the row's are looked at, and only what speaks for an item is kept.
 */
export async function neighbourRows(
  graph: Bipartite,
  { scales, head, historyScales, listScales, width, from, end }: RowOptions,
  pace: Pace,
  onProgress: (fraction: number) => void,
): Promise<NeighbourRows> {
  const { itemCount } = graph;
  const rows = createRows({ from, end, width, itemCount });
  const sums = new Float32Array(itemCount);
  const touched = new Uint32Array(itemCount);
  const values = new Float32Array(itemCount);
  const scratch = new Float32Array(itemCount);
  const along = new Float64Array(head.rank);
  for (let item = from; item < Math.min(end, itemCount); item++) {
    const count = await sumRow(graph, scales, { item, sums, touched }, pace);
    lookAlong(head, item, along);
    sums[item] = 0;
    const candidates = strongest(touched.subarray(0, count), {
      sums,
      listScales,
      most: width * CANDIDATES,
      values,
      scratch,
    });
    for (let c = 0; c < candidates.length; c++) {
      const other = candidates[c] as number;
      const value = (sums[other] as number) + addedTo(head, other, along);
      values[c] = value * (listScales[other] as number);
    }
    for (let t = 0; t < count; t++) sums[touched[t] as number] = 0;
    await pace.spend(count * 20 + candidates.length * head.rank * 2);
    if (item % REPORT_ROWS === 0) onProgress(item / itemCount);
    const row = item - from;
    keepStrongest(rows, { row, values: values.subarray(0, candidates.length), candidates, scratch });
    rows.scales[row] = (rows.scales[row] as number) * (historyScales[item] as number);
  }
  discard(sums, touched, values, scratch);
  return rows;
}

/** Row `item` of P into `sums` [items], zeros before; where it is not zero into `touched`. Returns how many those are. */
async function sumRow(
  graph: Bipartite,
  { userScales, itemScales }: Scales,
  { item, sums, touched }: { item: number; sums: Float32Array; touched: Uint32Array },
  pace: Pace,
): Promise<number> {
  const { items, codes, weightOf, userStart, from, itemStart, users, userCodes } = graph;
  let count = 0;
  let pairs = 0;
  const last = itemStart[item + 1] as number;
  for (let place = itemStart[item] as number; place < last; place++) {
    const user = users[place] as number;
    const weight = weightOf[userCodes[place] as number] as number;
    const scale = weight * (userScales[user] as number) ** 2 * (itemScales[item] as number);
    const end = userStart[user + 1] as number;
    const start = from[user] as number;
    for (let row = start; row < end; row++) {
      const value = scale * (weightOf[codes[row] as number] as number);
      if (value === 0) continue;
      const other = items[row] as number;
      const before = sums[other] as number;
      if (before === 0) touched[count++] = other;
      sums[other] = before + value * (itemScales[other] as number);
    }
    pairs += end - start;
    if (pairs < PAIRS_PER_PIECE) continue;
    await pace.spend(pairs * 2);
    pairs = 0;
  }
  await pace.spend(pairs * 2);
  return count;
}

/** Moves the `most` strongest of P alone to the front of `touched`, and returns them. */
function strongest(
  touched: Uint32Array,
  {
    sums,
    listScales,
    most,
    values,
    scratch,
  }: {
    sums: Float32Array;
    listScales: Float32Array;
    most: number;
    values: Float32Array;
    scratch: Float32Array;
  },
): Uint32Array {
  if (touched.length <= most) return touched;
  for (let t = 0; t < touched.length; t++) {
    const other = touched[t] as number;
    values[t] = (sums[other] as number) * (listScales[other] as number);
  }
  const least = nthLargest(copyInto(scratch, values, touched.length), most);
  let kept = 0;
  for (let t = 0; t < touched.length; t++) {
    const other = touched[t] as number;
    if ((values[t] as number) < least || kept === most) continue;
    touched[t] = touched[kept] as number;
    touched[kept++] = other;
  }
  return touched.subarray(0, kept);
}

/** A new copy for each row would be 200 MB of garbage on a catalogue of 40,000. */
function copyInto(scratch: Float32Array, values: Float32Array, length: number): Float32Array {
  const copy = scratch.subarray(0, length);
  copy.set(values.subarray(0, length));
  return copy;
}

function keepStrongest(
  { width, indices, levels, scales }: NeighbourRows,
  {
    row,
    values,
    candidates,
    scratch,
  }: { row: number; values: Float32Array; candidates: Uint32Array; scratch: Float32Array },
): void {
  const least = nthLargest(copyInto(scratch, values, values.length), width);
  let largest = 0;
  for (let t = 0; t < values.length; t++) largest = Math.max(largest, values[t] as number);
  if (largest <= 0) return;
  scales[row] = largest / LEVEL_MAX;
  let kept = 0;
  for (let t = 0; t < values.length && kept < width; t++) {
    const value = values[t] as number;
    if (value <= 0 || value < least) continue;
    indices[row * width + kept] = candidates[t] as number;
    levels[row * width + kept] = Math.round((value / largest) * LEVEL_MAX);
    kept++;
  }
}
