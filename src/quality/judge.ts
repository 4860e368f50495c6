import { DAY_MS, HOUR_MS } from "../base/index.ts";
import { type Aggregate, emptyAggregate } from "./aggregate.ts";
import { type AnomalyRule, explainAnomaly, judgeAnomaly } from "./anomaly.ts";
import { type AnyTableChecks, type Check, isRowCheck, type Shares } from "./check.ts";
import type { HasItems } from "./has-items.ts";
import type { CheckOutcome, Status } from "./outcome.ts";
import { rowsBeyond, skewQuantileMs, skewText } from "./skew.ts";

/** Row checks look back this far: an old fault that was seen and left must not speak for ever. */
export const ROW_CHECK_DAYS = 7;
/** After midnight a day's rows are still on their way for this long; then it is whole. */
const SETTLING_MS = HOUR_MS;

/** One tenant's aggregates of a table by day since the epoch; `null` holds partitions that have no day. */
export interface TenantDays {
  days: ReadonlyMap<number, Aggregate>;
  /** All that counts for row checks. */
  recent: Aggregate;
}

/** Whether a day counts for row checks; partitions without one always do. */
export function isRecent(day: number | null, nowMs: number): boolean {
  return day === null || day > Math.floor(nowMs / DAY_MS) - ROW_CHECK_DAYS;
}

/** How a table's checks come out for one tenant; freshness is the table's, and judged elsewhere. */
export async function judgeTenant(
  { table, checks }: AnyTableChecks,
  tenant: string,
  data: TenantDays,
  { nowMs, hasItems }: { nowMs: number; hasItems: HasItems },
): Promise<CheckOutcome[]> {
  const outcomes: CheckOutcome[] = [];
  for (const check of checks) {
    const judged =
      check.kind === "referential" && isNoneKnown(check, data.recent) && !(await hasItems(tenant))
        ? withoutCatalogue(check, data.recent)
        : judgeCheck(check, data, nowMs);
    if (judged === null) continue;
    outcomes.push({ table: table.name, check: check.name, kind: check.kind, tenant, ...judged });
  }
  return outcomes;
}

type Judged = Omit<CheckOutcome, "table" | "check" | "kind" | "tenant">;

function judgeCheck(check: Check, { days, recent }: TenantDays, nowMs: number): Judged | null {
  const span = days.size === 0 ? "" : ` of ${ROW_CHECK_DAYS} days`;
  if (isRowCheck(check)) return judgeRows(check, recent, span);
  switch (check.kind) {
    case "unique":
      return judgeUnique(check, recent, span);
    case "clock_skew":
      return judgeSkew(check, recent);
    case "volume": {
      const series = seriesOf(days, nowMs, check.rule, ({ rows }) => rows);
      return series && judgeSeries(check, series, (rows) => `${thousands(Math.round(rows))} rows`);
    }
    case "null_rate": {
      const rate = (aggregate: Aggregate) =>
        aggregate.rows < check.rowsMin ? null : (aggregate.nulls[check.column] ?? 0) / aggregate.rows;
      const series = seriesOf(days, nowMs, check.rule, rate);
      return series && judgeSeries(check, series, (share) => `${percent(share)} without ${check.column}`);
    }
    case "fresh":
      return null;
  }
}

function judgeRows(check: Check & Shares, aggregate: Aggregate, span: string): Judged | null {
  const tested = aggregate.tested[check.name] ?? 0;
  if (tested === 0) return null;
  const failing = aggregate.failing[check.name] ?? 0;
  const examples = aggregate.examples[check.name] ?? [];
  return {
    status: statusOfShare(failing, tested, check),
    reason: `${thousands(failing)} of ${thousands(tested)} rows${span} fail`,
    tested,
    failing,
    ...(failing > 0 ? { examples } : {}),
  };
}

/** Whether all rows fail that name an item: so it is, too, where nobody ever sent one. */
export function isNoneKnown({ name }: Check, { tested, failing }: Aggregate): boolean {
  return (tested[name] ?? 0) > 0 && failing[name] === tested[name];
}

function withoutCatalogue({ name }: Check, aggregate: Aggregate): Judged {
  const tested = aggregate.tested[name] ?? 0;
  return { status: "unknown", reason: `${thousands(tested)} rows name items: there is no catalogue`, tested };
}

function judgeUnique(
  check: Extract<Check, { kind: "unique" }>,
  aggregate: Aggregate,
  span: string,
): Judged | null {
  const tested = aggregate.rows;
  if (tested === 0) return null;
  const failing = aggregate.failing[check.name] ?? 0;
  const key = check.columns.join(", ");
  return {
    status: failing === 0 ? "pass" : check.severity,
    reason: `${thousands(failing)} of ${thousands(tested)} rows${span} repeat another's (${key})`,
    tested,
    failing,
    ...(failing > 0 ? { examples: aggregate.examples[check.name] ?? [] } : {}),
  };
}

function judgeSkew(check: Extract<Check, { kind: "clock_skew" }>, aggregate: Aggregate): Judged | null {
  const histogram = aggregate.skew[check.name];
  if (histogram === undefined) return null;
  const tested = histogram.reduce((sum, rows) => sum + rows, 0);
  const failing = rowsBeyond(histogram, check.maxAbsMs);
  const [p5, p50, p95] = [0.05, 0.5, 0.95].map((share) => skewText(skewQuantileMs(histogram, share)));
  return {
    status: statusOfShare(failing, tested, check),
    reason:
      `${check.received} − ${check.sent} is at most ${p5} for 5 %, ${p50} for half, ${p95} for 95 % of ` +
      `${thousands(tested)} rows; ${thousands(failing)} are off by more than ${skewText(check.maxAbsMs)}`,
    tested,
    failing,
  };
}

function statusOfShare(failing: number, tested: number, { warnAbove, errorAbove }: Shares): Status {
  const share = failing / tested;
  if (errorAbove !== undefined && share > errorAbove) return "error";
  return warnAbove !== undefined && share > warnAbove ? "warn" : "pass";
}

interface Series {
  day: number;
  value: number;
  history: number[];
}

/**
 * The last whole day and the days before it, from the tenant's first on; a day without rows is a day with none. Days of which
 * `measure` says nothing are left out; null when it says nothing of the last, or there was nothing before.
 */
function seriesOf(
  days: ReadonlyMap<number, Aggregate>,
  nowMs: number,
  rule: AnomalyRule,
  measure: (aggregate: Aggregate) => number | null,
): Series | null {
  const day = Math.floor((nowMs - SETTLING_MS) / DAY_MS) - 1;
  const first = Math.max(Math.min(...days.keys()), day - rule.trailingDays);
  if (!(first <= day)) return null;
  const empty = emptyAggregate();
  const value = measure(days.get(day) ?? empty);
  if (value === null) return null;
  const history: number[] = [];
  for (let before = first; before < day; before++) {
    const measured = measure(days.get(before) ?? empty);
    if (measured !== null) history.push(measured);
  }
  return { day, value, history };
}

function judgeSeries(
  check: Extract<Check, { kind: "volume" | "null_rate" }>,
  { day, value, history }: Series,
  show: (value: number) => string,
): Judged {
  const verdict = judgeAnomaly(value, history, check.rule);
  const statuses = { ordinary: "pass", too_little_history: "unknown", anomaly: check.severity } as const;
  const date = new Date(day * DAY_MS).toISOString().slice(0, 10);
  return {
    status: statuses[verdict.outcome],
    reason: `${date}: ${explainAnomaly(verdict, check.rule, show)}`,
  };
}

export function thousands(value: number): string {
  return value.toLocaleString("en-US");
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
