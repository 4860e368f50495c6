import type { Pace } from "../model/pace.ts";
import type { RankingLists } from "./lists.ts";

/** Thresholds of a feature: few enough for small histograms, enough for a price. */
const THRESHOLDS_MAX = 31;
/** Rows that thresholds are found on. */
const SAMPLE_ROWS = 20_000;

/** [F] of each feature its thresholds, rising; none for a feature that is the same everywhere. */
export type Thresholds = readonly Float32Array[];

/** Quantiles of an evenly spaced sample of rows; every value that differs where there are few. */
export async function thresholdsOf(
  { features, featureCount, gains }: RankingLists,
  pace: Pace,
): Promise<Thresholds> {
  const step = Math.max(1, Math.floor(gains.length / SAMPLE_ROWS));
  const found: Float32Array[] = [];
  for (let feature = 0; feature < featureCount; feature++) {
    const values = new Float32Array(Math.ceil(gains.length / step));
    for (let at = 0; at < values.length; at++)
      values[at] = features[at * step * featureCount + feature] as number;
    found.push(cuts(values.sort()));
    await pace.spend(values.length * 40);
  }
  return found;
}

/** Between values that differ, at about even shares of `sorted`. */
function cuts(sorted: Float32Array): Float32Array {
  const distinct = sorted.filter((value, at) => at === 0 || value !== sorted[at - 1]);
  if (distinct.length <= THRESHOLDS_MAX + 1) {
    return distinct.subarray(1).map((value, at) => between(distinct[at] as number, value));
  }
  const chosen = new Set<number>();
  for (let part = 1; part <= THRESHOLDS_MAX; part++) {
    const at = Math.floor((part * sorted.length) / (THRESHOLDS_MAX + 1));
    const value = sorted[at] as number;
    // A value that stands over several quantiles is cut off once, from what is below it.
    let below = at;
    while (below > 0 && sorted[below] === value) below--;
    if (sorted[below] !== value) chosen.add(between(sorted[below] as number, value));
  }
  return Float32Array.from(chosen).sort();
}

/** A float32 t with low ≤ t < high, so that `x > t` parts the two. */
function between(low: number, high: number): number {
  const middle = Math.fround(low + (high - low) / 2);
  return middle < high ? middle : low;
}

/** [F × rows] how many thresholds of the feature lie below the value: what a tree's histograms are over. */
export async function binned(
  { features, featureCount, gains }: RankingLists,
  thresholds: Thresholds,
  pace: Pace,
): Promise<Uint8Array> {
  const rows = gains.length;
  const bins = new Uint8Array(featureCount * rows);
  for (const [feature, cut] of thresholds.entries()) {
    for (let row = 0; row < rows; row++) {
      bins[feature * rows + row] = countBelow(cut, features[row * featureCount + feature] as number);
    }
    await pace.spend(rows * 12);
  }
  return bins;
}

function countBelow(cut: Float32Array, value: number): number {
  let low = 0;
  let high = cut.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value > (cut[middle] as number)) low = middle + 1;
    else high = middle;
  }
  return low;
}
