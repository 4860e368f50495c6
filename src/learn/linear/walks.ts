import { type Dataset, groupBy } from "../data/dataset.ts";
import type { Pace } from "../model/pace.ts";
import { type Decay, stepDecay } from "./decay.ts";

/** What users did, in order, in the columns that sums over pairs of rows are made from: at most 16 bytes a row. */
export interface Walks {
  itemCount: number;
  /** [rows] item index. */
  items: Uint16Array | Uint32Array;
  /** [rows] what is left of the row before; 0 marks the first row of a user. */
  steps: Float32Array;
  /** [rows] Σ over the user's later rows of (what is left of this one when they come)²; empty unless order counts. */
  tails: Float32Array;
  /** Rows by item: those of item i are places[placeStart[i]] … places[placeStart[i + 1] − 1]. */
  placeStart: Uint32Array;
  places: Uint32Array;
}

export interface WalkOptions {
  decay: Decay;
  /** Several rows in a row on the same item (seen, put into the cart, bought) count once. */
  collapsesRuns: boolean;
  /** The order of rows counts. */
  isOrdered: boolean;
}

/** Newest rows of a user that count: a robot's thousand rows would be a million pairs. */
export const USER_ROWS_MAX = 400;
/** Beyond this, the oldest rows of those with the most are left out until the rest fits. */
export const ROWS_MAX = 1_500_000;

export async function createWalks(
  dataset: Dataset,
  { decay, collapsesRuns, isOrdered }: WalkOptions,
  pace: Pace,
): Promise<Walks> {
  const kept = keptRows(dataset, collapsesRuns);
  await pace.spend(dataset.items.length * 4);
  const itemCount = dataset.itemIds.length;
  const items = itemCount <= 0x10000 ? new Uint16Array(kept.total) : new Uint32Array(kept.total);
  const steps = new Float32Array(kept.total);
  const tails = new Float32Array(isOrdered ? kept.total : 0);
  let at = 0;
  for (let user = 0; user + 1 < dataset.userStart.length; user++) {
    const end = dataset.userStart[user + 1] as number;
    const first = at;
    let before = -1;
    for (let row = kept.from[user] as number; row < end; row++) {
      if (collapsesRuns && before >= 0 && dataset.items[row] === dataset.items[before]) continue;
      items[at] = dataset.items[row] as number;
      // Long pauses leave a trace: a step of zero would read as a user's border.
      steps[at] = before < 0 ? 0 : Math.max(TRACE, stepOf(dataset, decay, before, row));
      before = row;
      at++;
    }
    for (let row = at - 2; isOrdered && row >= first; row--) {
      const step = steps[row + 1] as number;
      tails[row] = 1 + step * step * (tails[row + 1] as number);
    }
    await pace.spend((at - first) * 20);
  }
  const { start, places } = groupBy(items, itemCount);
  await pace.spend(kept.total * 10);
  return { itemCount, items, steps, tails, placeStart: start, places };
}

/** Above the least float32, far below what counts. */
const TRACE = 1e-30;

function stepOf({ timesMs }: Dataset, decay: Decay, before: number, row: number): number {
  return stepDecay(decay, timesMs[before] as number, timesMs[row] as number);
}

/** The first row of each user that counts, and how many rows do in all. */
function keptRows(dataset: Dataset, collapsesRuns: boolean): { from: Uint32Array; total: number } {
  const users = dataset.userStart.length - 1;
  const from = new Uint32Array(users);
  for (let rowsMax = USER_ROWS_MAX; ; rowsMax = Math.floor(rowsMax / 2)) {
    let total = 0;
    for (let user = 0; user < users; user++) {
      const start = dataset.userStart[user] as number;
      let row = dataset.userStart[user + 1] as number;
      let count = 0;
      while (row > start) {
        const isRun = collapsesRuns && count > 0 && dataset.items[row - 1] === dataset.items[row];
        if (!isRun && count === rowsMax) break;
        if (!isRun) count++;
        row--;
      }
      from[user] = row;
      total += count;
    }
    if (total <= ROWS_MAX || rowsMax <= 2) return { from, total };
  }
}

/** How many rows are on an item. */
export function countRowsOn({ placeStart }: Walks, item: number): number {
  return (placeStart[item + 1] as number) - (placeStart[item] as number);
}
