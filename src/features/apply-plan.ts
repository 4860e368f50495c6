import { HOUR_MS } from "../base/index.ts";
import { eventTypeWeight, isBeyondLedger, type StoredEvent } from "../events/index.ts";
import { sessionEntry } from "./activity.ts";
import { ActivityFold, activityName, type FoldedActivity } from "./activity-row.ts";
import { BucketSums, countedItems, type Occurrence } from "./counting.ts";
import { type FacetStates, facetsAt, itemName } from "./facets.ts";
import { encodeEntry } from "./history.ts";
import { JsonList } from "./json-list.ts";
import { anonymousSubject, userSubject } from "./profile.ts";
import { sessionActor } from "./session-pattern.ts";

/** The rows of one D1 batch: for each statement the JSON documents that it is run with, one after another. */
export interface ApplyPlan {
  /** [tenant, event_id, received hour since the epoch] */
  ledger: string[];
  /** [bucket, tenant, item_id, increment of each counter …]; hour or day numbers since the epoch. */
  itemHours: string[];
  itemDays: string[];
  /** The same by category. */
  categoryHours: string[];
  categoryDays: string[];
  /** Whether increments are negative: then rows may be left that count nothing. */
  takesBack: boolean;
  /** [tenant, anonymous_id, user_id, occurred_at, event_id] */
  links: string[];
  /** [tenant, subject, anonymous_id or null, [entry, …], received_at]; with an anonymous_id, a link overrules the subject. */
  interactions: string[];
  /** See `WRITE_ACTIVITY`. */
  activity: string[];
}

export interface PlanOptions {
  nowMs: number;
  /** The events come from silver, which has never held them before: their ids count however old they are. */
  isLate: boolean;
}

/** What counts for items: at once, or together with the session that it is part of. */
export interface Counted {
  receivedAtMs: number;
  occurrence: Occurrence;
}

/**
 * Splits events into those that make sessions and those that count by themselves. Bots count nowhere, nor does an id that is
 * older than the ledger remembers, which could be counted twice.
 */
export function sortOut(
  events: readonly StoredEvent[],
  { nowMs, isLate }: PlanOptions,
): { sessions: ActivityFold; single: Counted[] } {
  const sessions = new ActivityFold();
  const single: Counted[] = [];
  for (const event of events) {
    if (event.is_bot || (!isLate && isBeyondLedger(event, nowMs))) continue;
    const itemIds = countedItems(event);
    const actor = sessionActor(event);
    if (actor !== null) {
      sessions.add(activityName(event.tenant, actor, event.event_id), event, sessionEntry(event, itemIds));
    } else if (itemIds.length > 0) single.push(countedEvent(event, itemIds));
  }
  return { sessions, single };
}

function countedEvent(event: StoredEvent, itemIds: readonly string[]): Counted {
  const { tenant, type, occurred_at: occurredAtMs, duration_ms: durationMs = 0 } = event;
  return {
    receivedAtMs: event.received_at,
    occurrence: { tenant, itemIds, type, durationMs, occurredAtMs, sign: 1 },
  };
}

/** What counts, and what ceases to, with the sessions as they are now. */
export function countedTurns({ turns }: FoldedActivity): Counted[] {
  return turns.map(({ tenant, sign, entry }) => {
    const [, occurredAtMs, receivedAtMs, type, itemIds, durationMs] = entry;
    return { receivedAtMs, occurrence: { tenant, itemIds, type, durationMs, occurredAtMs, sign } };
  });
}

/** Plans one batch of events that D1 does not have yet. Which event stands in which batch makes no difference. */
export function planApply(
  events: readonly StoredEvent[],
  {
    counted,
    activity,
    facets,
    nowMs,
  }: { counted: readonly Counted[]; activity: string[]; facets: FacetStates; nowMs: number },
): ApplyPlan {
  const ledger = new JsonList();
  const links = new JsonList();
  const interactions = new Interactions();
  for (const event of events) {
    const { tenant, event_id: id, received_at: receivedAtMs } = event;
    ledger.add(`[${JSON.stringify(tenant)},${JSON.stringify(id)},${Math.floor(receivedAtMs / HOUR_MS)}]`);
    if (event.consent !== "granted" || event.is_bot) continue;
    if (event.type !== "identify") interactions.add(event);
    else links.add(JSON.stringify([tenant, event.anonymous_id, event.user_id, event.occurred_at, id]));
  }
  return {
    ledger: ledger.documents(),
    ...planCounters(counted, facets, nowMs),
    links: links.documents(),
    interactions: interactions.documents(),
    activity,
  };
}

/** Increments of items, and of the categories that they had when the event was received. */
function planCounters(counted: readonly Counted[], facets: FacetStates, nowMs: number) {
  const items = new BucketSums(nowMs);
  const categories = new BucketSums(nowMs);
  for (const { occurrence, receivedAtMs } of counted) {
    const { tenant, itemIds } = occurrence;
    items.add(occurrence, itemIds);
    const named = itemIds.flatMap(
      (itemId) => facetsAt(facets, itemName(tenant, itemId), receivedAtMs)?.categories ?? [],
    );
    categories.add(occurrence, named);
  }
  return {
    itemHours: items.documents("hour"),
    itemDays: items.documents("day"),
    categoryHours: categories.documents("hour"),
    categoryDays: categories.documents("day"),
    takesBack: counted.some(({ occurrence }) => occurrence.sign < 0),
  };
}

/** Entries of one row: at some 300 characters each it stays far below what one statement takes. */
const ENTRIES_PER_ROW = 500;

/** Entries of histories by subject: D1 then merges each history once. */
class Interactions {
  readonly #rows: { head: string; receivedAtMs: number; entries: string[] }[] = [];
  readonly #open = new Map<string, string[]>();

  add(event: StoredEvent): void {
    const { tenant, item_id: itemId, user_id: userId, anonymous_id: anonymousId } = event;
    if (itemId === undefined || eventTypeWeight(event.type) === 0) return;
    if (userId === undefined && anonymousId === undefined) return;
    const device = userId === undefined ? anonymousId : undefined;
    const subject = userId === undefined ? anonymousSubject(anonymousId as string) : userSubject(userId);
    const name = `${tenant}/${event.received_at}/${subject}`;
    let entries = this.#open.get(name);
    if (entries === undefined || entries.length === ENTRIES_PER_ROW) {
      entries = [];
      this.#open.set(name, entries);
      const head = `${JSON.stringify(tenant)},${JSON.stringify(subject)},${device === undefined ? "null" : JSON.stringify(device)}`;
      this.#rows.push({ head, receivedAtMs: event.received_at, entries });
    }
    const entry = {
      eventId: event.event_id,
      itemId,
      type: event.type,
      ...(event.value === undefined ? {} : { value: event.value }),
      occurredAtMs: event.occurred_at,
    };
    entries.push(JSON.stringify(encodeEntry(entry)));
  }

  /** See `ApplyPlan.interactions`. */
  documents(): string[] {
    const list = new JsonList();
    for (const { head, receivedAtMs, entries } of this.#rows)
      list.add(`[${head},[${entries.join(",")}],${receivedAtMs}]`);
    return list.documents();
  }
}
