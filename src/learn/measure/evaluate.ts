import type { Engine } from "../../base/index.ts";
import type { Cases } from "../data/cases.ts";
import type { YieldTo } from "../model/pace.ts";
import { bootstrapPairs, type Metric } from "./bootstrap.ts";
import { figuresOf, METRIC_NAMES } from "./metrics.ts";
import { type RankOptions, rankCases } from "./rank.ts";

export interface Evaluation {
  cases: number;
  users: number;
  /** Keys such as `ndcg@10`. */
  metrics: Record<string, Metric>;
}

/**
 * Ranks both graphs on the cases, each through the engine as serving runs it: full ranking over the known items, the
 * user's earlier items masked by `bias` where the cases say so. Figures with intervals by paired bootstrap over users.
 */
export async function evaluateModel(
  engine: Engine,
  graphs: { model: Uint8Array; popularity: Uint8Array },
  cases: Cases,
  options: RankOptions & { seed: number },
  yieldTo: YieldTo,
): Promise<Evaluation> {
  const half = (offset: number) => ({
    ...options,
    onProgress: (fraction: number) => options.onProgress?.(offset + fraction / 2),
  });
  const model = await rankCases(engine, graphs.model, cases, half(0), yieldTo);
  const popularity = await rankCases(engine, graphs.popularity, cases, half(0.5), yieldTo);
  return {
    cases: cases.targetRows.length,
    users: new Set(cases.users).size,
    metrics: await compareRanks({ model, popularity }, cases.users, options.seed, yieldTo, cases),
  };
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
