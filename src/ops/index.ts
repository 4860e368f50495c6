/**
 * ops: running Lakeshore for its tenants: tenants, keys, changes of items and users, statistics, and the admin contract of
 * the pipeline Worker. What changes goes to the lake, then to D1, then to where the edge looks: what is seen is always kept.
 */

export { type Activity, readActivity } from "./activity.ts";
export type {
  Contended,
  PipelineAdmin,
  Refreshed,
  TenantChange,
  TenantOptions,
  TenantStats,
} from "./admin.ts";
export { type AuditEntry, readAudit } from "./audit.ts";
export type { Actor } from "./config-changes.ts";
export { PER_ANSWER, PER_EVENT, PER_EVENT_REQUEST } from "./costs/measured.ts";
export { type Bill, billOf, NO_USAGE, plus, times, type Usage } from "./costs/rates.ts";
export { type CostReport, type Headroom, type Held, readCosts } from "./costs/report.ts";
export type {
  DataAdmin,
  LakeTable,
  SetAside,
  SetAsideQuestion,
  SetAsideReason,
  SetAsideRow,
  TableSnapshot,
  TableSnapshots,
} from "./data/admin.ts";
export { readSetAside } from "./data/set-aside.ts";
export { TABLE_WORDS } from "./data/table-words.ts";
export { readSnapshots, readTables } from "./data/tables.ts";
export { type Diagnosis, diagnose } from "./doctor/diagnose.ts";
export { FINDING_CODES, type Finding, type FindingCode, type Severity } from "./doctor/finding.ts";
export type { ErasePorts } from "./erasure/ports.ts";
export { type EraseOutcome, eraseUsers } from "./erasure/step.ts";
export { type ExploreAdmin, explorer, type HistoryEvent } from "./explore.ts";
export { exportUser, type UserExport } from "./export-user.ts";
export { type Holdout, runningHoldouts } from "./holdouts.ts";
export { beginImport, type ImportStart } from "./imports.ts";
export { type ChangePorts, changeItem, changeItems, removeItem } from "./item-changes.ts";
export { type ConfigPorts, createKey, listKeys, type NewKey, revokeKey } from "./keys.ts";
export type {
  CatalogAnswer,
  CatalogCall,
  FeaturesMade,
  LakeAdmin,
  LakeJob,
  LakeJobOutcome,
  LakeListing,
  LakeObject,
  LakeObjectRequest,
} from "./lake-admin.ts";
export type { Comparison, ScenarioLift, VariantOutcome } from "./lift.ts";
export { type ListOutcome, type Outcome, readOutcome } from "./outcome.ts";
export type { RebuildPorts } from "./rebuild/ports.ts";
export { type RebuildProgress, rebuildStep } from "./rebuild/step.ts";
export type { ReplayOutcome, ReplayRequest } from "./replay-admin.ts";
export type { ScenarioAdmin, ScenarioCall, ScenarioRefusal, VersionRange } from "./scenarios/admin.ts";
export {
  deleteScenario,
  putScenario,
  restoreScenario,
  type ScenarioPorts,
} from "./scenarios/change.ts";
export { getScenario, listScenarios, scenarioVersions } from "./scenarios/rows.ts";
export { readServing, type ServingReport, type ServingSummary } from "./serving-report.ts";
export { readStats } from "./stats.ts";
export { changeTenant, createTenant } from "./tenants.ts";
export { changeUser, changeUsers, removeUser } from "./user-changes.ts";
export { type FeatureQuestion, type VisitorFeatures, visitorFeatures } from "./visitor-features.ts";
