import type { QualityReportBody } from "./body.ts";

/** Quality's part of the pipeline Worker's `Admin` RPC. */
export interface QualityAdmin {
  /** The latest report, or a tenant's own part of it; null before the first. */
  qualityReport(tenant: string | null): Promise<QualityReportBody | null>;
}
