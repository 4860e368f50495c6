import { DAY_MS } from "../base/index.ts";
import { createGraph, encodeModel } from "../onnx/index.ts";
import type { Dataset } from "./dataset.ts";
import { rankCases } from "./evaluate.ts";
import { contractInputs, contractOutputs, runSizes } from "./graph-contract.ts";
import type { Learner, Parameters } from "./learner.ts";
import { meanPerUser } from "./metrics.ts";
import { searchSlice } from "./search.ts";

/** Days after which an interaction counts 1/e; 0 counts all alike. What is popular now differs from site to site. */
const DECAY_GRID: readonly Parameters[] = [0, 365, 90, 30, 7, 2].map((decayDays) => ({ decayDays }));

/** Time-decayed popularity: the same list for everybody. Baseline of every evaluation, and the prior of other learners. */
export const popularity: Learner = {
  name: "popularity",
  async fit(dataset, options, engine, yieldTo) {
    const { historyMax, contentWidth } = options;
    const fitted = (data: Dataset, parameters: Parameters) => ({
      learner: "popularity",
      parameters,
      itemCount: data.itemIds.length,
      contentWidth,
      onnx: popularityGraph(popularityScores(data, parameters.decayDays ?? 0), contentWidth),
    });
    if (options.parameters !== undefined) return fitted(dataset, options.parameters);
    const slice = searchSlice(dataset, options.seed);
    let best = { parameters: DECAY_GRID[0] as Parameters, figure: -1 };
    for (const [index, parameters] of DECAY_GRID.entries()) {
      const { onnx } = fitted(slice.train, parameters);
      const ranks = await rankCases(engine, onnx, slice.cases, { historyMax, contentWidth }, yieldTo);
      const perUser = meanPerUser("ndcg@10", ranks, slice.cases.users);
      const figure = perUser.reduce((sum, value) => sum + value, 0);
      if (figure > best.figure) best = { parameters, figure };
      options.onProgress?.((index + 1) / DECAY_GRID.length, `popularity ${index + 1}/${DECAY_GRID.length}`);
    }
    return fitted(dataset, best.parameters);
  },
};

/** [items] log(1 + Σ weight · decay), centred and scaled to unit variance over the items that have any interaction. */
export function popularityScores(dataset: Dataset, decayDays: number): Float32Array<ArrayBuffer> {
  const newestMs = dataset.timesMs.reduce((newest, time) => Math.max(newest, time), 0);
  const sums = new Float64Array(dataset.itemIds.length);
  const seen = new Uint8Array(sums.length);
  for (const [row, item] of dataset.items.entries()) {
    const ageDays = (newestMs - (dataset.timesMs[row] as number)) / DAY_MS;
    const decay = decayDays === 0 ? 1 : Math.exp(-ageDays / decayDays);
    sums[item] = (sums[item] as number) + (dataset.weights[row] as number) * decay;
    seen[item] = 1;
  }
  return standardScores(sums.map(Math.log1p), seen);
}

/** Items outside `counted` get 0, the average: nothing is known of them. */
function standardScores(values: Float64Array, counted: Uint8Array): Float32Array<ArrayBuffer> {
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (const [index, value] of values.entries()) {
    if (counted[index] === 0) continue;
    count++;
    sum += value;
    squares += value * value;
  }
  const mean = count === 0 ? 0 : sum / count;
  const deviation = Math.sqrt(Math.max(squares / Math.max(count, 1) - mean * mean, 1e-12));
  return Float32Array.from(values, (value, index) => (counted[index] === 0 ? 0 : (value - mean) / deviation));
}

/** Ignores the history; late items score the average. */
function popularityGraph(scores: Float32Array<ArrayBuffer>, contentWidth: number): Uint8Array<ArrayBuffer> {
  const graph = createGraph("popularity");
  const inputs = contractInputs(graph, contentWidth);
  const sizes = runSizes(graph, inputs.bias, scores.length);
  const late = graph.op("Expand", [graph.float(0), sizes.late]);
  const known = graph.constant({ type: "float32", dims: [scores.length], data: scores });
  const row = graph.op("Unsqueeze", [graph.op("Concat", [known, late], { axis: { int: 0 } }), graph.ints(0)]);
  const batch = graph.op("Concat", [sizes.batch, graph.ints(1)], { axis: { int: 0 } });
  contractOutputs(graph, inputs, graph.op("Expand", [row, batch]));
  return encodeModel(graph.build());
}
