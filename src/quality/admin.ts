import type { QualityReportBody } from "./body.ts";
import type { Failing } from "./report.ts";

/** Quality's part of the pipeline Worker's `Admin` RPC. */
export interface QualityAdmin {
  /** The latest report, or a tenant's own part of it; null before the first. */
  qualityReport(tenant: string | null): Promise<QualityReportBody | null>;
  /** What must not be trained on, by a report of the last minutes: one is made where there is none. */
  failingChecks(tenant: string): Promise<Failing[]>;
}
