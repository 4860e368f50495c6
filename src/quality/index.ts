/**
 * quality: whether the lake can be trusted. Checks are declared as data, one list per table; a run reads what changed since the
 * last report, copies failing rows to quarantine, judges days against the weeks before, and holds what edge, Queue, bronze,
 * silver and D1 counted of each hour against each other. Nothing here stops the intake; failing tables stop a model's promotion.
 */

export type { QualityAdmin } from "./admin.ts";
export { type Alert, alertOf, isNews } from "./alert.ts";
export type { AnomalyRule } from "./anomaly.ts";
export { type QualityReportBody, reportBody } from "./body.ts";
export type { AnyTableChecks, Check, Severity } from "./check.ts";
export { DECLARED_CHECKS } from "./declarations/index.ts";
export type { CheckOutcome, Status } from "./outcome.ts";
export type { IntakePort, QualityLake, QualityPorts } from "./ports.ts";
export type { Difference, HourCounts, Stage } from "./reconcile.ts";
export {
  type Failing,
  failingChecks,
  type QualityReport,
  type Reconciliation,
  type TableReading,
  tenantReport,
} from "./report.ts";
export { LATEST_KEY, readReport } from "./report-store.ts";
export { type QualityOptions, type QualityRun, runQuality } from "./run.ts";
export {
  type TableSize,
  type TableVerification,
  type VerifyFault,
  verifyLake,
  verifyTable,
} from "./verify.ts";
