import { EVENTS, INTERACTIONS } from "../lake/index.ts";
import { reconcileHours } from "./count-hours.ts";
import { DECLARED_CHECKS } from "./declarations/index.ts";
import { judgeFreshness } from "./fresh.ts";
import { itemsOf } from "./has-items.ts";
import { judgeTenant } from "./judge.ts";
import type { QualityPorts } from "./ports.ts";
import { readTable } from "./read-table.ts";
import { IN_FLIGHT_MS } from "./reconcile.ts";
import type { QualityReport } from "./report.ts";
import { commitReport, emptyState, readStored, type StoredReport, sweepReports } from "./report-store.ts";

export interface QualityOptions {
  nowMs: number;
  /** Rows that a run reads, about: it ends after the partition or the snapshot that reaches it. */
  rowsMax: number;
  /** How long ago events must have been received to be held against each other; by default what the pipeline promises. */
  inFlightMs?: number;
}

export interface QualityRun {
  /** False while a bound left something for the next run, or another run came first. */
  done: boolean;
  report: QualityReport;
  /** The report before this one. */
  previous: QualityReport | null;
}

/**
 * Makes the next report: reads what changed since the last one, judges it by the declared checks, and holds the stages' sums against
 * each other. Safe to repeat and to run twice at once: report, watermarks and aggregates come with one conditional put, and a run
 * that was overtaken changes nothing but quarantine, which is asked first what it has.
 */
export async function runQuality(ports: QualityPorts, options: QualityOptions): Promise<QualityRun> {
  const { nowMs, rowsMax, inFlightMs = IN_FLIGHT_MS } = options;
  const base = await readStored(ports.store);
  const state = base?.stored.state ?? emptyState();
  const next: StoredReport = { report: emptyReport(nowMs), state: { ...emptyState(), hours: state.hours } };
  const { report } = next;
  let silver: ReadonlyMap<string, number> = new Map();
  const touched = new Set<string>();
  const hasItems = itemsOf(ports.lake);
  let rowsLeft = rowsMax;
  for (const checks of DECLARED_CHECKS) {
    const name = checks.table.name;
    const share = { nowMs, rowsMax: Math.max(rowsLeft, 1), hasItems };
    const table = await readTable(ports, checks, state, share);
    rowsLeft -= table.reading.rowsRead;
    report.tables[name] = table.reading;
    report.quarantined += table.quarantined;
    next.state.days[name] = table.days;
    if (table.watermark !== null) next.state.watermarks[name] = table.watermark;
    for (const key of table.touched) touched.add(key);
    if (checks.table === INTERACTIONS) silver = table.hours;
    report.outcomes.push(...(await judgeFreshness(ports, checks, nowMs)));
    for (const [tenant, data] of table.tenants)
      report.outcomes.push(...(await judgeTenant(checks, tenant, data, { nowMs, hasItems })));
  }
  const isWhole = [EVENTS, INTERACTIONS].every((table) => report.tables[table.name]?.complete === true);
  const reconciled = await reconcileHours(ports, { silver, touched, isWhole, state, nowMs, inFlightMs });
  report.reconciliation = reconciled.reconciliation;
  next.state.hours = reconciled.hours;
  next.state.toCount = reconciled.toCount;
  report.complete =
    Object.values(report.tables).every(({ complete }) => complete) &&
    reconciled.reconciliation.hoursLeft === 0;
  return finish(ports, next, base);
}

async function finish(
  ports: QualityPorts,
  next: StoredReport,
  base: Awaited<ReturnType<typeof readStored>>,
): Promise<QualityRun> {
  const previous = base?.stored.report ?? null;
  const committed = await commitReport(ports.store, next, base);
  if (!committed) return { done: false, report: previous ?? next.report, previous };
  await sweepReports(ports.store, next.state, next.report.atMs);
  return { done: next.report.complete, report: next.report, previous };
}

function emptyReport(atMs: number): QualityReport {
  return {
    v: 1,
    atMs,
    tables: {},
    outcomes: [],
    reconciliation: { hoursCompared: 0, hoursOpen: 0, hoursLeft: 0, differences: [], counts: [] },
    quarantined: 0,
    complete: false,
  };
}
