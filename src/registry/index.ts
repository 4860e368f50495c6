/**
 * registry: what a published model is (manifest, files, hashes), which one is live (the pointer), what training is to
 * go by (the settings), and what the scorer is asked (its RPC contract). Versions are immutable; only the pointer moves, by conditional writes. No Parquet, no ONNX here.
 */
export {
  type Artifact,
  hashesOf,
  listVersions,
  type ManifestDraft,
  publish,
  readArtifactFile,
  readManifest,
} from "./artifact.ts";
export { POINTER_PREVIOUS_MAX } from "./course.ts";
export { EVALUATED_FILE, modelKey, partFileName, pointerKey, VERSION_PATTERN, versionName } from "./keys.ts";
export {
  type Exposure,
  type Interval,
  type Manifest,
  type Metric,
  manifestSchema,
  metricSchema,
  type Pointer,
  pointerSchema,
  type RankerCard,
  type Recipe,
  recipeSchema,
  type Start,
} from "./manifest.ts";
export {
  type PointerError,
  promote,
  readPointer,
  rollback,
  unpin,
} from "./pointer.ts";
export { REPORT, type RunReport, reportSchema, type TrialReport } from "./report.ts";
export type {
  HistoryEntry,
  LadderList,
  NoVersion,
  RequestContext,
  ScoreAnswer,
  ScoredItem,
  ScoreRequest,
  ScorerRpc,
  Unlisted,
  Why,
} from "./score.ts";
export {
  SETTINGS_DEFAULT,
  type SettingsPatch,
  settingsPatchSchema,
  settingsSchema,
  type TrainingSettings,
} from "./settings.ts";
export { sweepVersions } from "./sweep.ts";
