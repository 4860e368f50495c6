import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../base/index.ts";

/**
 * Upper ends of the histogram's buckets, ms: symmetric around zero, wide where it does not matter. Buckets add up over files and days,
 * which quantiles do not.
 */
export const SKEW_EDGES_MS: readonly number[] = symmetric([
  SECOND_MS,
  10 * SECOND_MS,
  MINUTE_MS,
  10 * MINUTE_MS,
  HOUR_MS,
  DAY_MS,
  30 * DAY_MS,
]);

/** One count for each bucket, the last open above. */
export type SkewHistogram = number[];

function symmetric(edges: readonly number[]): number[] {
  return [...edges.toReversed().map((edge) => -edge), 0, ...edges];
}

export function emptySkew(): SkewHistogram {
  return new Array(SKEW_EDGES_MS.length + 1).fill(0);
}

export function bucketOf(skewMs: number): number {
  const index = SKEW_EDGES_MS.findIndex((edge) => skewMs <= edge);
  return index < 0 ? SKEW_EDGES_MS.length : index;
}

/** Rows off by more than `maxAbsMs` either way, which is one of the edges. */
export function rowsBeyond(histogram: SkewHistogram, maxAbsMs: number): number {
  let rows = 0;
  histogram.forEach((count, bucket) => {
    const lower = bucket === 0 ? -Infinity : (SKEW_EDGES_MS[bucket - 1] as number);
    const upper = SKEW_EDGES_MS[bucket] ?? Infinity;
    if (lower >= maxAbsMs || upper <= -maxAbsMs) rows += count;
  });
  return rows;
}

/** The upper end of the bucket that holds the quantile, ms; null without rows, Infinity for the open bucket. */
export function skewQuantileMs(histogram: SkewHistogram, share: number): number | null {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let seen = 0;
  for (let bucket = 0; bucket < histogram.length; bucket++) {
    seen += histogram[bucket] as number;
    if (seen >= share * total) return SKEW_EDGES_MS[bucket] ?? Infinity;
  }
  return Infinity;
}

/** `10 min`, `1 h`: an edge as people read it. */
export function skewText(skewMs: number | null): string {
  if (skewMs === null) return "unknown";
  if (!Number.isFinite(skewMs)) return "over 30 d";
  const units: [number, string][] = [
    [DAY_MS, "d"],
    [HOUR_MS, "h"],
    [MINUTE_MS, "min"],
    [SECOND_MS, "s"],
  ];
  const [unitMs, unit] = units.find(([ms]) => Math.abs(skewMs) >= ms) ?? [1, "ms"];
  return `${Math.round(skewMs / unitMs)} ${unit}`;
}
