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

/** What a row is made in, one for all rows: a view or a copy for each would be garbage, and some of it stays for minutes. */
interface Work {
  /** [items] the row of P; zeros between two rows. */
  sums: Float32Array<ArrayBuffer>;
  /** The first `count` are the items whose sum is not zero. */
  touched: Uint32Array<ArrayBuffer>;
  count: number;
  /** [items] */
  values: Float32Array<ArrayBuffer>;
  scratch: Float32Array<ArrayBuffer>;
}

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
  const { itemCount, itemStart } = graph;
  const rows = createRows({ from, end, width, itemCount });
  const work = createWork(itemCount);
  const { sums, touched, values } = work;
  const along = new Float64Array(head.rank);
  for (let item = from; item < Math.min(end, itemCount); item++) {
    work.count = 0;
    const last = itemStart[item + 1] as number;
    for (let place = itemStart[item] as number; place < last; ) {
      const { next, pairs } = addPairs(graph, scales, { work, item, place, last });
      place = next;
      await pace.spend(pairs * 2);
    }
    lookAlong(head, item, along);
    sums[item] = 0;
    const found = strongestFirst(work, listScales, width * CANDIDATES);
    for (let c = 0; c < found; c++) {
      const other = touched[c] as number;
      const value = (sums[other] as number) + addedTo(head, other, along);
      values[c] = value * (listScales[other] as number);
    }
    for (let t = 0; t < work.count; t++) sums[touched[t] as number] = 0;
    await pace.spend(work.count * 20 + found * head.rank * 2);
    if (item % REPORT_ROWS === 0) onProgress(item / itemCount);
    const row = item - from;
    keepStrongest(rows, row, work, found);
    rows.scales[row] = (rows.scales[row] as number) * (historyScales[item] as number);
  }
  discard(sums, touched, values, work.scratch);
  return rows;
}

function createWork(itemCount: number): Work {
  const floats = () => new Float32Array(itemCount);
  return {
    sums: floats(),
    touched: new Uint32Array(itemCount),
    count: 0,
    values: floats(),
    scratch: floats(),
  };
}

/** Adds to the row of P what the users of some of the item's places have, from `place` on, as many as a piece of work may. */
function addPairs(
  graph: Bipartite,
  { userScales, itemScales }: Scales,
  { work, item, place, last }: { work: Work; item: number; place: number; last: number },
): { next: number; pairs: number } {
  const { items, codes, weightOf, userStart, from, users, userCodes } = graph;
  const { sums, touched } = work;
  let next = place;
  let pairs = 0;
  for (; next < last && pairs < PAIRS_PER_PIECE; next++) {
    const user = users[next] as number;
    const weight = weightOf[userCodes[next] as number] as number;
    const scale = weight * (userScales[user] as number) ** 2 * (itemScales[item] as number);
    const end = userStart[user + 1] as number;
    const start = from[user] as number;
    for (let row = start; row < end; row++) {
      const value = scale * (weightOf[codes[row] as number] as number);
      if (value === 0) continue;
      const other = items[row] as number;
      const before = sums[other] as number;
      if (before === 0) touched[work.count++] = other;
      sums[other] = before + value * (itemScales[other] as number);
    }
    pairs += end - start;
  }
  return { next, pairs };
}

/** Moves the `most` strongest of P alone to the front of what is touched, and returns how many they are. */
function strongestFirst(work: Work, listScales: Float32Array, most: number): number {
  const { sums, touched, count, values, scratch } = work;
  if (count <= most) return count;
  for (let t = 0; t < count; t++) {
    const other = touched[t] as number;
    const value = (sums[other] as number) * (listScales[other] as number);
    values[t] = value;
    scratch[t] = value;
  }
  const least = nthLargest(scratch, most, count);
  let kept = 0;
  for (let t = 0; t < count; t++) {
    const other = touched[t] as number;
    if ((values[t] as number) < least || kept === most) continue;
    touched[t] = touched[kept] as number;
    touched[kept++] = other;
  }
  return kept;
}

/** The strongest of the first `found` values into the row, as levels of the largest. */
function keepStrongest(
  { width, indices, levels, scales }: NeighbourRows,
  row: number,
  { touched, values, scratch }: Work,
  found: number,
): void {
  let largest = 0;
  for (let t = 0; t < found; t++) {
    const value = values[t] as number;
    scratch[t] = value;
    largest = Math.max(largest, value);
  }
  const least = nthLargest(scratch, width, found);
  if (largest <= 0) return;
  scales[row] = largest / LEVEL_MAX;
  let kept = 0;
  for (let t = 0; t < found && kept < width; t++) {
    const value = values[t] as number;
    if (value <= 0 || value < least) continue;
    indices[row * width + kept] = touched[t] as number;
    levels[row * width + kept] = Math.round((value / largest) * LEVEL_MAX);
    kept++;
  }
}
