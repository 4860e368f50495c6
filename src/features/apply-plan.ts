import { COUNTER_DAYS, COUNTER_HOURS, D1_JSON_BYTES_MAX, DAY_MS, HOUR_MS } from "../base/index.ts";
import { eventTypeWeight, isBeyondLedger, type StoredEvent } from "../events/index.ts";
import { counterIncrements } from "./declarations.ts";
import { encodeEntry } from "./history.ts";
import { anonymousSubject, userSubject } from "./profile.ts";

/**
 * The rows of one D1 batch, each list as the JSON text that one statement binds. All rows begin with (tenant, event id):
 * a statement applies a row only if this very batch wrote that id into the ledger.
 */
export interface ApplyPlan {
  /** [tenant, event_id, received hour since the epoch] */
  ledger: string;
  /** [tenant, event_id, bucket, [item_id, …], [increment of each counter]]; hour or day numbers since the epoch. */
  hours: string;
  days: string;
  /** [tenant, event_id, anonymous_id, user_id, occurred_at] */
  links: string;
  /** [tenant, event_id, subject, anonymous_id or null, entry, received_at]; with an anonymous_id, a link overrules the subject. */
  interactions: string;
}

type PlanRow = { [list in keyof ApplyPlan]: string | null };

/** D1 runs one batch for at most 30 s; this many take well under one, and other consumers wait meanwhile. */
const PLAN_EVENTS_MAX = 2_000;

const encoder = new TextEncoder();

export interface PlanOptions {
  /** The events come from silver, which has never held them before: their ids count however old they are. */
  isLate?: boolean;
}

/** Splits events into batches that D1 takes. Which event stands in which batch makes no difference to the sums. */
export function planApply(
  events: readonly StoredEvent[],
  nowMs: number,
  { isLate = false }: PlanOptions = {},
): ApplyPlan[] {
  const plans: ApplyPlan[] = [];
  let rows: PlanRow[] = [];
  let bytes = 0;
  for (const event of distinct(events)) {
    const row = planEvent(event, nowMs, isLate || !isBeyondLedger(event, nowMs));
    // The sum over all lists bounds each of them.
    const rowBytes = encoder.encode(Object.values(row).join(",")).byteLength;
    if (rows.length > 0 && (bytes + rowBytes > D1_JSON_BYTES_MAX || rows.length === PLAN_EVENTS_MAX)) {
      plans.push(joinRows(rows));
      rows = [];
      bytes = 0;
    }
    rows.push(row);
    bytes += rowBytes;
  }
  if (rows.length > 0) plans.push(joinRows(rows));
  return plans;
}

/** One event per (tenant, id): D1's ledger tells only ids apart, so a batch must not name one twice. */
function distinct(events: readonly StoredEvent[]): StoredEvent[] {
  const byId = new Map<string, StoredEvent>();
  for (const event of events) {
    const id = `${event.tenant}/${event.event_id}`;
    if (!byId.has(id)) byId.set(id, event);
  }
  return [...byId.values()];
}

function joinRows(rows: readonly PlanRow[]): ApplyPlan {
  const join = (list: keyof ApplyPlan) => `[${rows.flatMap((row) => row[list] ?? []).join(",")}]`;
  return {
    ledger: join("ledger"),
    hours: join("hours"),
    days: join("days"),
    links: join("links"),
    interactions: join("interactions"),
  };
}

/** `counts`: not for an id older than the ledger remembers, which could be counted twice. */
function planEvent(event: StoredEvent, nowMs: number, counts: boolean): PlanRow {
  const id = [event.tenant, event.event_id];
  const personal = event.consent === "granted" && !event.is_bot;
  return {
    ledger: JSON.stringify([...id, Math.floor(event.received_at / HOUR_MS)]),
    hours: counts ? planCounters(event, { bucketMs: HOUR_MS, count: COUNTER_HOURS, nowMs }) : null,
    days: counts ? planCounters(event, { bucketMs: DAY_MS, count: COUNTER_DAYS, nowMs }) : null,
    links:
      personal && event.type === "identify"
        ? JSON.stringify([...id, event.anonymous_id, event.user_id, event.occurred_at])
        : null,
    interactions: personal ? planInteraction(event) : null,
  };
}

/** Bots count nowhere; denied consent counts here, where nobody is named. */
function planCounters(
  event: StoredEvent,
  window: { bucketMs: number; count: number; nowMs: number },
): string | null {
  const increments = counterIncrements(event.type);
  const items = countedItems(event);
  if (event.is_bot || items.length === 0 || !increments.some((increment) => increment > 0)) return null;
  const bucket = Math.floor(event.occurred_at / window.bucketMs);
  if (bucket <= Math.floor(window.nowMs / window.bucketMs) - window.count) return null;
  return JSON.stringify([event.tenant, event.event_id, bucket, items, increments]);
}

function countedItems(event: StoredEvent): string[] {
  const listed = event.type === "impression" ? (event.items ?? []).map((item) => item.item_id) : [];
  return [...new Set(event.item_id === undefined ? listed : [event.item_id, ...listed])];
}

function planInteraction(event: StoredEvent): string | null {
  if (event.item_id === undefined || eventTypeWeight(event.type) === 0) return null;
  const { user_id: userId, anonymous_id: anonymousId } = event;
  if (userId === undefined && anonymousId === undefined) return null;
  const entry = encodeEntry({
    eventId: event.event_id,
    itemId: event.item_id,
    type: event.type,
    ...(event.value === undefined ? {} : { value: event.value }),
    occurredAtMs: event.occurred_at,
  });
  const subject =
    userId === undefined
      ? [anonymousSubject(anonymousId as string), anonymousId]
      : [userSubject(userId), null];
  return JSON.stringify([event.tenant, event.event_id, ...subject, entry, event.received_at]);
}
