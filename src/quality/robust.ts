/**
 * Statistics that a few wild days do not move: median and MAD (a breakdown point of one half), quartiles and their range (a
 * quarter). Mean and standard deviation would be pulled by the very anomalies they are to find.
 */
export interface RobustSummary {
  count: number;
  median: number;
  /** Median absolute deviation from the median. */
  mad: number;
  q1: number;
  q3: number;
}

/** MAD times this estimates the standard deviation of normal data: 1 / Φ⁻¹(3/4). */
export const MAD_TO_SIGMA = 1.4826;
/** The interquartile range of normal data in standard deviations: 2 Φ⁻¹(3/4). */
export const IQR_IN_SIGMA = 1.349;

/** Needs at least one value. */
export function summarise(values: readonly number[]): RobustSummary {
  const sorted = values.toSorted((a, b) => a - b);
  const median = quantile(sorted, 0.5);
  const deviations = sorted.map((value) => Math.abs(value - median)).sort((a, b) => a - b);
  return {
    count: sorted.length,
    median,
    mad: quantile(deviations, 0.5),
    q1: quantile(sorted, 0.25),
    q3: quantile(sorted, 0.75),
  };
}

/** By linear interpolation between the two nearest ranks (Hyndman and Fan's type 7). `sorted` holds at least one value. */
export function quantile(sorted: readonly number[], share: number): number {
  const rank = (sorted.length - 1) * share;
  const below = sorted[Math.floor(rank)] as number;
  const above = sorted[Math.ceil(rank)] as number;
  return below + (above - below) * (rank - Math.floor(rank));
}
