import type { Cases } from "../data/cases.ts";
import type { YieldTo } from "../model/pace.ts";
import { bootstrapPairs, type Metric } from "./bootstrap.ts";
import { figuresOf, METRIC_NAMES } from "./metrics.ts";

export interface Evaluation {
  cases: number;
  users: number;
  /** Keys such as `ndcg@10`. */
  metrics: Record<string, Metric>;
}

/**
 * Ranks of two graphs on the same cases → metrics with their intervals. `popularity` may be any second graph. Without
 * `mean` it is the mean over users of the mean of their cases; without `names` what the gate looks at.
 */
export async function compareRanks(
  ranks: { model: Float64Array; popularity: Float64Array },
  users: Uint32Array,
  seed: number,
  yieldTo: YieldTo,
  { mean = "user", names = METRIC_NAMES }: { mean?: Cases["mean"]; names?: readonly string[] } = {},
): Promise<Record<string, Metric>> {
  const pairs = names.map((name) => ({
    model: figuresOf(name, ranks.model, { users, mean }),
    popularity: figuresOf(name, ranks.popularity, { users, mean }),
  }));
  const metrics = await bootstrapPairs(pairs, seed, yieldTo);
  return Object.fromEntries(names.map((name, index) => [name, metrics[index] as Metric]));
}
