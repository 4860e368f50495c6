import type { QualityReport } from "./report.ts";

/** What somebody should be told of a report: one line of a log, or the body of a call. */
export interface Alert {
  source: "quality";
  at: number;
  /** `bronze.events/volume_drop (shop): …` */
  failing: string[];
  /** `shop 2026-11-20T07:00:00.000Z: queue has …` */
  differences: string[];
}

/** Lines of an alert: the report has the rest. */
const LINES_MAX = 20;

/** Null while no check fails as an error and all sums agree. */
export function alertOf({ atMs, outcomes, reconciliation }: QualityReport): Alert | null {
  const failing = outcomes
    .filter(({ status }) => status === "error")
    .map(
      ({ table, check, tenant, reason }) =>
        `${table}/${check}${tenant === null ? "" : ` (${tenant})`}: ${reason}`,
    );
  const differences = reconciliation.differences.map(
    ({ tenant, receivedFrom, reason }) => `${tenant} ${receivedFrom}: ${reason}`,
  );
  if (failing.length === 0 && differences.length === 0) return null;
  const [first, rest] = [failing.slice(0, LINES_MAX), differences.slice(0, LINES_MAX)];
  return { source: "quality", at: atMs, failing: first, differences: rest };
}

/** Whether the report fails in something in which the one before did not: what is told once a fault, not once an hour. */
export function isNews(report: QualityReport, previous: QualityReport | null): boolean {
  const known = new Set(previous === null ? [] : faultsOf(previous));
  return faultsOf(report).some((fault) => !known.has(fault));
}

function faultsOf({ outcomes, reconciliation }: QualityReport): string[] {
  return [
    ...outcomes
      .filter(({ status }) => status === "error")
      .map(({ table, check, tenant }) => `${table}/${check}/${tenant}`),
    ...reconciliation.differences.map(
      ({ tenant, hour, between }) => `${tenant}/${hour}/${between.join("-")}`,
    ),
  ];
}
