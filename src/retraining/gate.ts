import type { Metric } from "../registry/index.ts";

export const GATE_METRIC = "ndcg@10";

/** Fewer cases say nothing: the interval would be as wide as the scale. */
export const GATE_CASES_MIN = 200;

/** How much worse than the live model the lower paired bound may be, relative to the live model's figure. */
export const GATE_INFERIORITY_MAX = 0.02;

/** The candidate against the live model, on cases that neither was fitted on. `popularity` of the metric is the live model. */
export interface LiveComparison {
  version: string;
  cases: number;
  metric: Metric;
}

export type GateDecision = { pass: true; reason: string } | { pass: false; reason: string };

/**
 * A model goes live only when it is superior to popularity (the paired 95 % bound above 0) and, where there are enough
 * cases newer than the live model's data, not inferior to it.
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
  if (live === null || live.cases < GATE_CASES_MIN) {
    return {
      pass: true,
      reason: `superior to popularity; ${live?.cases ?? 0} cases newer than the live model's data`,
    };
  }
  const floor = -GATE_INFERIORITY_MAX * live.metric.popularity.value;
  if (live.metric.difference.low < floor) {
    return {
      pass: false,
      reason: `inferior to live ${live.version}: the difference's 95 % interval begins at ${figure(live.metric.difference.low)}, allowed ${figure(floor)}`,
    };
  }
  return {
    pass: true,
    reason: `superior to popularity, not inferior to live ${live.version} on ${live.cases} cases`,
  };
}

function figure(value: number): string {
  return value.toFixed(4);
}
