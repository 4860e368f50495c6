/**
 * retraining: the steps of a retrain over what the lake holds: read, search, fit, evaluate, gate, refit, publish. Every step is
 * safe to repeat and leaves what the next one needs in the run's folder. Serving is not reached from here: the only thing
 * handed over is the artifact, and the pointer's write is the one commit point (in `registry`).
 */
export {
  type PointerRefusal,
  RETRAIN_STEPS,
  type Rerun,
  type RerunRefusal,
  type RetrainOutcome,
  type RetrainParams,
  type RetrainStatus,
  type RunSummary,
  type SettingsView,
  type TrainerAdmin,
} from "./contract.ts";
export { decodeCases, decodeDataset, encodeCases, encodeDataset } from "./dataset-file.ts";
export {
  decide,
  type Exposures,
  GATE_CASES_MIN,
  GATE_METRIC,
  GATE_USERS_MIN,
  type GateDecision,
  judgeAgainstPopularity,
  type LiveComparison,
} from "./gate.ts";
export {
  type ClickCounts,
  type DayCounts,
  judgeLive,
  type ListCounts,
  type LiveCounts,
  NONE,
  type Verdict,
} from "./guard.ts";
export { type AnsweredHour, isFailureAnswered } from "./guard-answers.ts";
export { countLists } from "./guard-counts.ts";
export { openDataset } from "./open-dataset.ts";
export { findOpen, markOpen, type Standing } from "./open-runs.ts";
export { RUN_KEPT_DAYS, tagOf } from "./pin.ts";
export type { FailingCheck, RetrainPorts, StepRunner } from "./ports.ts";
export { type RankerResult, type RankerTask, trainRanker } from "./ranker.ts";
export { type Histories, type HistoriesRequest, readHistories } from "./read-histories.ts";
export { readRunReport, readVersionReport } from "./report.ts";
export { planRerun } from "./rerun.ts";
export { retrain } from "./retrain.ts";
export { runIdOf, startedAtMs, tenantOfRun } from "./run-id.ts";
export { listRuns } from "./runs.ts";
export {
  noticeSettings,
  putSettings,
  readSettings,
  type SettingsState,
  settingsKey,
} from "./settings-store.ts";
export { readOutcome, readProgress, sweepWorkspaces } from "./workspace.ts";
