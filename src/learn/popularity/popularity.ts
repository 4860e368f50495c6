import { DAY_MS, discard } from "../../base/index.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Learner } from "../model/learner.ts";

/**
 * Time-decayed popularity: the same list for everybody. Baseline of every evaluation, fallback, and prior of the others:
 * an empty history is answered by it. `decayDays`: after them an interaction counts 1/e; 0 counts all alike.
 */
export const popularity: Learner = {
  name: "popularity",
  suits: () => true,
  // What is popular now differs from site to site.
  ladders: ({ isTimed }) => [
    { name: "decayDays", values: isTimed ? [0, 365, 90, 30, 7, 2] : [0], start: isTimed ? 2 : 0 },
  ],
  workSeconds: ({ rows }) => rows * 1e-7,
  async fit(dataset, parameters, { onProgress }, { pace }) {
    const data = popularityScores(dataset, parameters.decayDays ?? 0);
    await pace.spend(dataset.items.length * 30);
    onProgress?.(1, "popularity");
    const scores = { type: "float32", dims: [1, data.length], data } as const;
    return { learner: "popularity", parameters, itemCount: data.length, tensors: { scores } };
  },
  scores(graph, { tensors: { scores } }) {
    if (scores === undefined) throw new Error("a part of popularity holds `scores`");
    return graph.constant(scores);
  },
};

/** [items] log(1 + Σ weight · decay). */
function popularityScores(dataset: Dataset, decayDays: number): Float32Array<ArrayBuffer> {
  const newestMs = dataset.timesMs.reduce((newest, time) => Math.max(newest, time), 0);
  const sums = new Float64Array(dataset.itemIds.length);
  for (const [row, item] of dataset.items.entries()) {
    const ageDays = (newestMs - (dataset.timesMs[row] as number)) / DAY_MS;
    const decay = decayDays === 0 ? 1 : Math.exp(-ageDays / decayDays);
    sums[item] = (sums[item] as number) + (dataset.weights[row] as number) * decay;
  }
  const scores = new Float32Array(sums.length);
  for (let item = 0; item < sums.length; item++) scores[item] = Math.log1p(sums[item] as number);
  discard(sums);
  return scores;
}
