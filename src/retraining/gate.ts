import type { Metric } from "../registry/index.ts";
import type { FailingCheck } from "./ports.ts";

export const GATE_METRIC = "ndcg@10";

/** Fewer cases say nothing: the interval would be as wide as the scale. */
export const GATE_CASES_MIN = 200;

/** How much worse than the live model the lower paired bound may be, relative to the live model's figure. */
export const GATE_INFERIORITY_MAX = 0.02;

/** The candidate against the live model, on cases that neither was fitted on. `popularity` of the metric is the live model. */
export interface LiveComparison {
  version: string;
  cases: number;
  /** Null when there are too few cases to be worth ranking. */
  metric: Metric | null;
}

export type GateDecision = { pass: true; reason: string } | { pass: false; reason: string };

/** Refuses a model made of data that fails declared checks, naming them; null where none does. */
export function judgeData(failing: readonly FailingCheck[]): GateDecision | null {
  if (failing.length === 0) return null;
  const named = failing.slice(0, 3).map(({ table, check, reason }) => `${table}/${check}: ${reason}`);
  const more = failing.length > 3 ? `; and ${failing.length - 3} more` : "";
  return { pass: false, reason: `the data fails ${named.join("; ")}${more}` };
}

/**
 * A model goes live only when it is superior to popularity (the paired 95 % bound above 0) and not inferior to the live model.
 */
export function decide(
  cases: number,
  metrics: Record<string, Metric>,
  live: LiveComparison | null,
): GateDecision {
  const metric = metrics[GATE_METRIC];
  if (metric === undefined || cases < GATE_CASES_MIN) {
    return {
      pass: false,
      reason: `${cases} test cases, ${GATE_CASES_MIN} are needed to tell a model from chance`,
    };
  }
  if (!(metric.difference.low > 0)) {
    return {
      pass: false,
      reason: `not superior to popularity: ${GATE_METRIC} ${figure(metric.model.value)} against ${figure(metric.popularity.value)}, the difference's 95 % interval begins at ${figure(metric.difference.low)}`,
    };
  }
  if (live === null) return { pass: true, reason: "superior to popularity; nothing is live" };
  return judgeAgainstLive(live);
}

/**
 * Where the newer cases can resolve the margin, the difference's lower bound must be inside it. Where they cannot, an interval
 * wider than the margin would refuse even an equal model, and the live one would never be renewed: then only a model that
 * is worse beyond doubt is refused.
 */
function judgeAgainstLive({ version, cases, metric }: LiveComparison): GateDecision {
  if (metric === null) {
    return {
      pass: true,
      reason: `superior to popularity; only ${cases} cases are newer than live ${version}`,
    };
  }
  const { value, low, high } = metric.difference;
  const margin = GATE_INFERIORITY_MAX * metric.popularity.value;
  const resolved = value - low <= margin;
  const interval = `[${figure(low)}, ${figure(high)}] on ${cases} newer cases, margin ${figure(margin)}`;
  if (high < 0 || (resolved && low < -margin)) {
    return { pass: false, reason: `inferior to live ${version}: difference ${interval}` };
  }
  return {
    pass: true,
    reason: `superior to popularity, not inferior to live ${version}: difference ${interval}`,
  };
}

function figure(value: number): string {
  return value.toFixed(4);
}
