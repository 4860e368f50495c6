/**
 * learn: data sets in columns, splits by time, learners, metrics. Pure numbers: no tenant, no lake, no files; whatever
 * runs a graph comes in as an `Engine`, and `yieldTo` hands the thread back about every 25 ms of work. Only the engine's load
 * of a graph is longer in one piece (0.1 s for 5 MB), as are `createDataset` and `splitByTime` (1–3 s per million rows).
 *
 * Every learner ends in one ONNX graph of the contract in `graph-contract.ts`. Whoever runs it keeps k ≤ N + M and history
 * indexes in 0 … N + M − 1 (a larger k or index makes the run reject, a negative index counts from the end unnoticed), and
 * drops −∞. An empty history is answered by the prior: popularity.
 * Deterministic: equal rows, options and seed give equal bytes. Not here: the gate, the manifest, checkpoints.
 */
export { type Interval, type Metric, pairedBootstrap } from "./bootstrap.ts";
export { createDataset, type Dataset, DatasetBuilder, type InteractionRow, rowsBefore } from "./dataset.ts";
export { compareRanks, type Evaluation, evaluateModel, type RankOptions, rankCases } from "./evaluate.ts";
export type { FitOptions, FittedModel, Learner, Parameters, YieldTo } from "./learner.ts";
export { linear } from "./linear.ts";
export { METRIC_NAMES } from "./metrics.ts";
export { popularity } from "./popularity.ts";
export { sampleCases } from "./search.ts";
export { type Cases, type Split, splitByTime } from "./split.ts";
