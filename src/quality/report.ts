import type { CheckOutcome } from "./outcome.ts";
import { type Difference, type HourCounts, IN_FLIGHT_MS, isSettled } from "./reconcile.ts";

/** What one table was read up to. */
export interface TableReading {
  /** Null while nothing was ever committed to the table. */
  snapshotId: number | null;
  /** Rows that this run read. */
  rowsRead: number;
  partitionsRead: number;
  /** False where the run stopped at its bound: the next one goes on. */
  complete: boolean;
}

export interface Reconciliation {
  /** Hours of all tenants that were held against each other, and those whose events may still be on their way. */
  hoursCompared: number;
  hoursOpen: number;
  /** Hours that wait for the next run's share. */
  hoursLeft: number;
  differences: Difference[];
  /** All counts of the hours that differ. */
  counts: HourCounts[];
}

/** How the lake stood at one time. Outcomes with a tenant are that tenant's, the others the tables'. */
export interface QualityReport {
  v: 1;
  atMs: number;
  tables: Record<string, TableReading>;
  outcomes: CheckOutcome[];
  reconciliation: Reconciliation;
  /** Rows copied to quarantine by this run. */
  quarantined: number;
  /** False where a bound stopped the run. */
  complete: boolean;
}

/** A tenant's own part of a report; other tenants' rows, hours and sizes are none of its business. */
export function tenantReport(report: QualityReport, tenant: string): QualityReport {
  const own = <Row extends { tenant: string | null }>(rows: readonly Row[]) =>
    rows.filter((row) => row.tenant === null || row.tenant === tenant);
  const { reconciliation, outcomes } = report;
  const tables = Object.entries(report.tables).map(([name, reading]): [string, TableReading] => [
    name,
    { ...reading, rowsRead: 0, partitionsRead: 0 },
  ]);
  return {
    ...report,
    tables: Object.fromEntries(tables),
    outcomes: own(outcomes),
    reconciliation: {
      ...reconciliation,
      differences: own(reconciliation.differences),
      counts: own(reconciliation.counts),
    },
    quarantined: 0,
  };
}

export interface Failing {
  table: string;
  check: string;
  reason: string;
}

/**
 * What must not be trained on: failed checks of severity error, of the tenant and of the tables as a whole, and hours of the tenant's
 * of which two stages disagree. Those are listed as `reconciliation`, each with its two stages and its hour in place of a check. A
 * report that somebody asked for compares hours earlier than the pipeline promises: what may be on its way yet keeps nothing back.
 */
export function failingChecks({ atMs, outcomes, reconciliation }: QualityReport, tenant: string): Failing[] {
  const checks = outcomes
    .filter((outcome) => outcome.status === "error" && (outcome.tenant ?? tenant) === tenant)
    .map(({ table, check, reason }) => ({ table, check, reason }));
  const early = new Set(
    reconciliation.counts
      .filter((counts) => counts.tenant === tenant && !isSettled(counts, atMs, IN_FLIGHT_MS))
      .map(({ hour }) => hour),
  );
  const sums = reconciliation.differences
    .filter((difference) => difference.tenant === tenant && !early.has(difference.hour))
    .map(({ between: [from, to], receivedFrom, reason }) => ({
      table: "reconciliation",
      check: `${from} → ${to}, ${receivedFrom}`,
      reason,
    }));
  return [...checks, ...sums];
}
