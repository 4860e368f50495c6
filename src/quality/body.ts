import type { CheckOutcome } from "./outcome.ts";
import type { Difference } from "./reconcile.ts";
import type { QualityReport } from "./report.ts";

/** A report as the API and the command line give it. */
export interface QualityReportBody {
  at: number;
  complete: boolean;
  tables: Record<
    string,
    { snapshot_id: number | null; rows_read: number; partitions_read: number; complete: boolean }
  >;
  checks: CheckOutcome[];
  reconciliation: {
    hours_compared: number;
    hours_open: number;
    hours_left: number;
    differences: (Omit<Difference, "receivedFrom" | "hour"> & { received_from: string })[];
  };
  quarantined: number;
}

export function reportBody(report: QualityReport): QualityReportBody {
  const { atMs, complete, outcomes, reconciliation, quarantined } = report;
  const { hoursCompared, hoursOpen, hoursLeft, differences } = reconciliation;
  const tables: QualityReportBody["tables"] = {};
  for (const [name, { snapshotId, rowsRead, partitionsRead, complete }] of Object.entries(report.tables)) {
    tables[name] = {
      snapshot_id: snapshotId,
      rows_read: rowsRead,
      partitions_read: partitionsRead,
      complete,
    };
  }
  return {
    at: atMs,
    complete,
    tables,
    checks: outcomes,
    reconciliation: {
      hours_compared: hoursCompared,
      hours_open: hoursOpen,
      hours_left: hoursLeft,
      differences: differences.map(({ receivedFrom, hour: _, ...difference }) => ({
        ...difference,
        received_from: receivedFrom,
      })),
    },
    quarantined,
  };
}
