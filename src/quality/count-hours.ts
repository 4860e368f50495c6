import { HOUR_MS, LEDGER_HOURS } from "../base/index.ts";
import { ERASED_UNTIL_PROPERTY, EVENTS, QUARANTINE } from "../lake/index.ts";
import { countHour } from "./count-hour.ts";
import type { IntakePort, QualityLake } from "./ports.ts";
import { hourKey, quarantinedHours } from "./quarantined-hours.ts";
import { type Difference, differencesOf, type HourCounts, isInLedger, isSettled } from "./reconcile.ts";
import type { Reconciliation } from "./report.ts";
import type { QualityState } from "./report-store.ts";

/** Hours counted anew by one run: an hour's run touches two of each tenant; the rest of a first run waits. */
const HOURS_PER_RUN_MAX = 500;
/** An hour that differs stays in the report this long: until somebody mends it, or silver takes its ids no more. */
const DIFFERING_HOURS_MAX = 7 * 24;

export interface HourInput {
  /** Rows of silver by `hourKey`. */
  silver: ReadonlyMap<string, number>;
  /** Hours whose rows changed in bronze or silver. */
  touched: ReadonlySet<string>;
  /** False while bronze or silver is read in part: what is missing may only be unread. */
  isWhole: boolean;
  state: QualityState;
  nowMs: number;
  inFlightMs: number;
}

/**
 * Holds every stage's sums of an hour against each other. Bronze is counted again only for hours that changed; what D1 says is asked
 * each time, for as long as its ledger reaches back.
 */
export async function reconcileHours(
  ports: { lake: QualityLake; intake: IntakePort },
  input: HourInput,
): Promise<{ reconciliation: Reconciliation; hours: HourCounts[]; toCount: string[] }> {
  const { nowMs, state } = input;
  const counts = new Map(state.hours.map((hour) => [hourKey(hour.tenant, hour.hour), hour]));
  const isAsked = await askedHours(ports.lake, nowMs);
  const left = await countTouched(ports.lake, counts, input);
  await askIntake(ports.intake, counts, { nowMs, isAsked });
  for (const [key, hour] of counts) hour.silver = input.silver.get(key) ?? 0;
  const reconciliation: Reconciliation = {
    hoursCompared: 0,
    hoursOpen: 0,
    hoursLeft: left.length,
    differences: [],
    counts: [],
  };
  const waiting = new Set(left);
  const again = new Set(left);
  const hours: HourCounts[] = [];
  for (const [key, hour] of counts) {
    let differences: Difference[] = [];
    if (waiting.has(key)) {
      // Its bronze is not counted yet.
    } else if (input.isWhole && isSettled(hour, nowMs, input.inFlightMs)) {
      differences = differencesOf(hour, counts.get(hourKey(hour.tenant, hour.hour + 1)));
      reconciliation.hoursCompared++;
    } else reconciliation.hoursOpen++;
    reconciliation.differences.push(...differences);
    if (differences.length > 0) reconciliation.counts.push(hour);
    const isOpen = !isSettled(hour, nowMs, input.inFlightMs);
    const differs = differences.length > 0 && hour.hour > Math.floor(nowMs / HOUR_MS) - DIFFERING_HOURS_MAX;
    if (isOpen || differs) again.add(key);
    if (isOpen || differs || isInLedger(hour.hour, nowMs)) hours.push(hour);
  }
  const order = (a: { tenant: string; hour: number }, b: { tenant: string; hour: number }) =>
    a.hour - b.hour || (a.tenant < b.tenant ? -1 : 1);
  reconciliation.differences.sort(order);
  reconciliation.counts.sort(order);
  return { reconciliation, hours, toCount: [...again] };
}

/** Which hours D1 is asked about: those that its ledger still holds whole, and of which nothing was erased since. */
async function askedHours(lake: QualityLake, nowMs: number): Promise<(hour: number) => boolean> {
  const properties = (await lake.load(EVENTS))?.metadata.properties ?? {};
  const erasedUntilMs = Number(properties[ERASED_UNTIL_PROPERTY] ?? Number.NEGATIVE_INFINITY);
  return (hour) => isInLedger(hour, nowMs) && hour * HOUR_MS > erasedUntilMs;
}

async function askIntake(
  intake: IntakePort,
  counts: Map<string, HourCounts>,
  { nowMs, isAsked }: { nowMs: number; isAsked: (hour: number) => boolean },
): Promise<void> {
  const toHour = Math.floor(nowMs / HOUR_MS);
  const range = { fromHour: toHour - LEDGER_HOURS, toHour };
  for (const hour of counts.values()) {
    hour.edge = hour.queue = null;
    hour.ledger = isAsked(hour.hour) ? 0 : null;
  }
  for (const tenant of await intake.tenants()) {
    for (const { hour, edge, queue } of await intake.intakeCounts(tenant, range)) {
      if (isAsked(hour)) Object.assign(hourOf(counts, tenant, hour), { edge, queue });
    }
    for (const { hour, events } of await intake.ledgerCounts(tenant, range)) {
      if (isAsked(hour)) hourOf(counts, tenant, hour).ledger = events;
    }
  }
}

/** Counts the hours that changed, newest first, as many as a run may; returns those that are left. */
async function countTouched(
  lake: QualityLake,
  counts: Map<string, HourCounts>,
  { touched, silver, state, nowMs }: HourInput,
): Promise<string[]> {
  const all = [...new Set([...touched, ...state.toCount])]
    .map((key) => ({ key, ...hourFromKey(key) }))
    .sort((a, b) => b.hour - a.hour);
  const now = all.slice(0, HOURS_PER_RUN_MAX);
  const oldest = now.at(-1);
  if (oldest === undefined) return [];
  await lake.commitPending(QUARANTINE, { nowMs, force: true });
  const quarantined = await quarantinedHours(lake, oldest.hour * HOUR_MS);
  for (const { key, tenant, hour } of now) {
    const counted = hourOf(counts, tenant, hour);
    counted.silver = silver.get(key) ?? 0;
    const at = { silver: counted.silver, quarantined: quarantined.get(key) };
    Object.assign(counted, await countHour(lake, { tenant, hour }, at));
  }
  return all.slice(HOURS_PER_RUN_MAX).map(({ key }) => key);
}

function hourOf(counts: Map<string, HourCounts>, tenant: string, hour: number): HourCounts {
  const key = hourKey(tenant, hour);
  const known = counts.get(key) ?? emptyHour(tenant, hour);
  counts.set(key, known);
  return known;
}

function emptyHour(tenant: string, hour: number): HourCounts {
  const lake = { deliveries: 0, ids: 0, refused: 0, held: 0, repeated: 0, undeliverable: 0 };
  return {
    tenant,
    hour,
    edge: null,
    queue: null,
    ...lake,
    silver: 0,
    ledger: null,
    newestMs: null,
    lost: [],
  };
}

function hourFromKey(key: string): { tenant: string; hour: number } {
  const slash = key.lastIndexOf("/");
  return { tenant: key.slice(0, slash), hour: Number(key.slice(slash + 1)) };
}
