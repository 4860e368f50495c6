/**
 * learn: data sets in columns, splits, learners, metrics, and the study that chooses among learners. Pure numbers: no tenant,
 * no lake, no files; whatever runs a graph comes in as an `Engine`, and work is counted and handed back in time by a `Pace`. Only the
 * engine's load of a graph is longer in one piece (0.1 s for 5 MB), as are `createDataset` and `splitByTime` (1–3 s per million rows).
 *
 * Learners fit parts; parts are assembled into one ONNX graph of the contract in `model/contract.ts`. Whoever runs it keeps
 * k ≤ N + M and history indexes in 0 … N + M − 1 (a larger k or index makes the run reject, a negative index counts from the end
 * unnoticed), and drops −∞. An empty history is answered by the prior: popularity.
 * Deterministic: equal rows, options and seed give equal bytes. Not here: the gate, the manifest, where checkpoints are kept.
 */
export { contentKnnModel } from "./baselines/content-knn.ts";
export { ease } from "./baselines/ease.ts";
export { itemKnn } from "./baselines/item-knn.ts";
export { type Cases, takeCases } from "./data/cases.ts";
export { coldCases, type HeldOutItems, holdOutItems } from "./data/cold.ts";
export {
  type Content,
  ContentBuilder,
  decodeContent,
  encodeContent,
  foldContent,
  takeContent,
} from "./data/content.ts";
export {
  createDataset,
  type Dataset,
  DatasetBuilder,
  type InteractionRow,
  rowsBefore,
} from "./data/dataset.ts";
export { listCases, splitHoldOut } from "./data/hold-out.ts";
export { type LastOut, lastCases, splitLastOut, withoutLast } from "./data/last-out.ts";
export { discardRows, rowsAlone } from "./data/own-rows.ts";
export { sampleCases } from "./data/sample.ts";
export { prefixCases, splitNewestUsers, usersOf } from "./data/sessions.ts";
export { type DataShape, shapeOf } from "./data/shape.ts";
export { shuffleItems } from "./data/shuffle.ts";
export { casesSince, cutOf, type Split, splitAt, splitByTime } from "./data/split.ts";
export { BASELINES, LEARNERS, learnerNamed } from "./learners.ts";
export { type LearnedVectors, learnVectors, type VectorOptions } from "./likeness/item-vectors.ts";
export { linear } from "./linear/linear.ts";
export { type Interval, type Metric, pairedBootstrap } from "./measure/bootstrap.ts";
export { compareRanks, type Evaluation } from "./measure/evaluate.ts";
export { type HistoryRange, historyFeeds } from "./measure/feeds.ts";
export { findLateRows, findLeaks, type Leak } from "./measure/leak.ts";
export { type ListContext, type ListFigures, listFigures, NO_ITEM } from "./measure/lists.ts";
export { FIGURE_NAMES, figure, METRIC_NAMES, RANK_MAX } from "./measure/metrics.ts";
export { type RankOptions, rankCases, rankSeconds } from "./measure/rank.ts";
export { SEGMENTS, type SegmentName, segmentsOf } from "./measure/segments.ts";
export {
  type Assembly,
  type AssemblyData,
  assembleModel,
  assembleParts,
  type WeightedPart,
} from "./model/assemble.ts";
export { fitContent } from "./model/fit-content.ts";
export { formFor, type ModelForm } from "./model/form.ts";
export type {
  Checkpoint,
  FitOptions,
  FitPorts,
  FittedModel,
  FittedPart,
  Ladder,
  Learner,
  Parameters,
} from "./model/learner.ts";
export { createPace, type Pace, type YieldTo } from "./model/pace.ts";
export { popularity } from "./popularity/popularity.ts";
export { rankerOnnx } from "./ranker/graph-ranker.ts";
export { compareLists, listNdcg } from "./ranker/judge.ts";
export type { RankingLists } from "./ranker/lists.ts";
export { type FittedRanker, fitRanker, type RankerShape, withoutUnused } from "./ranker/ranker.ts";
export type { Chosen, StudyData, StudyPorts, StudyRequest, StudyStore } from "./study/contract.ts";
export { type Parking, withParking } from "./study/parking.ts";
export { decodePart, encodePart } from "./study/part-file.ts";
export { type RefitPorts, type RefitSlice, refitSlice } from "./study/refit.ts";
export { casesOfStudy } from "./study/rungs.ts";
export { partFile, type Study, type Trial } from "./study/state.ts";
export { type StudySlice, studySlice } from "./study/study.ts";
export { readTold, type Told } from "./study/told.ts";
export { STUDY_STAGE } from "./study/trial.ts";
export type { PairLists } from "./together/lists.ts";
export { learnTogether, type TogetherOptions } from "./together/together.ts";
export { transformer } from "./transformer/transformer.ts";
