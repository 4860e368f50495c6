import { IQR_IN_SIGMA, MAD_TO_SIGMA, type RobustSummary, summarise } from "./robust.ts";

/** When a day's value is out of line with the days before it. */
export interface AnomalyRule {
  /** Days before the judged one that count as history: whole weeks, so that each weekday is in it equally often. */
  trailingDays: number;
  /** With fewer days of history nothing is said. */
  historyDaysMin: number;
  /** Robust z-scores up to this are ordinary; Iglewicz and Hoaglin give 3.5. */
  zMax: number;
  /** Fences stand this many interquartile ranges outside the quartiles; Tukey gives 1.5. */
  fenceIqrs: number;
  direction: "drop" | "rise" | "both";
  /**
   * Least spread that a history is taken to have, as a share of its median and as an amount: the same value on each of
   * twenty days must not make the next one, a little off, an anomaly.
   */
  spreadMin: { share: number; amount: number };
}

export interface AnomalyVerdict {
  outcome: "ordinary" | "anomaly" | "too_little_history";
  value: number;
  historyDays: number;
  /** What follows is absent while there is too little history. */
  summary?: RobustSummary;
  z?: number;
  fence?: { low: number; high: number };
}

/**
 * Judges a value by two rules, and calls it an anomaly only when both do: the robust z-score (distance from the median in
 * MADs) and Tukey's fences (distance from the quartiles in interquartile ranges). The z-score alone cries on days that are merely skewed,
 * the fences alone on histories of few different values.
 */
export function judgeAnomaly(value: number, history: readonly number[], rule: AnomalyRule): AnomalyVerdict {
  const historyDays = history.length;
  if (historyDays < rule.historyDaysMin) return { outcome: "too_little_history", value, historyDays };
  const summary = summarise(history);
  const { median, mad, q1, q3 } = summary;
  const sigmaMin = Math.max(rule.spreadMin.share * Math.abs(median), rule.spreadMin.amount);
  const z = (value - median) / Math.max(mad * MAD_TO_SIGMA, sigmaMin);
  const reach = rule.fenceIqrs * Math.max(q3 - q1, sigmaMin * IQR_IN_SIGMA);
  const fence = { low: q1 - reach, high: q3 + reach };
  const dropped = z < -rule.zMax && value < fence.low;
  const risen = z > rule.zMax && value > fence.high;
  const found = (dropped && rule.direction !== "rise") || (risen && rule.direction !== "drop");
  return { outcome: found ? "anomaly" : "ordinary", value, historyDays, summary, z, fence };
}

/** The verdict with both rules' figures, for people. `show` writes a value. */
export function explainAnomaly(
  verdict: AnomalyVerdict,
  rule: AnomalyRule,
  show: (value: number) => string,
): string {
  const { value, historyDays, summary, z, fence } = verdict;
  if (summary === undefined || z === undefined || fence === undefined) {
    return `${show(value)}; ${historyDays} days of history, ${rule.historyDaysMin} are needed to judge it`;
  }
  return (
    `${show(value)}; the ${historyDays} days before: median ${show(summary.median)}, MAD ${show(summary.mad)}, ` +
    `so robust z ${z.toFixed(1)} (ordinary up to ${rule.zMax}); quartiles ${show(summary.q1)} and ${show(summary.q3)}, ` +
    `so fences ${show(fence.low)} and ${show(fence.high)} (${rule.fenceIqrs} IQR)`
  );
}
