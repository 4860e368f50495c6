import { HOUR_MS } from "../base/index.ts";
import { eventTypeWeight, type StoredEvent } from "../events/index.ts";
import { sessionEntry } from "./activity.ts";
import { ActivityFold, activityName, type FoldedActivity } from "./activity-row.ts";
import { countedItems, type Occurrence } from "./counting.ts";
import { encodeEntry, type Interaction } from "./history.ts";
import { JsonList } from "./json-list.ts";
import type { CounterRows } from "./plan-counters.ts";
import { anonymousSubject, userSubject } from "./profile.ts";
import { sessionActor } from "./session-pattern.ts";

/** The rows of one D1 batch: for each statement the JSON documents that it is run with, one after another. */
export interface ApplyPlan extends CounterRows {
  /** See `ledgerRows`. */
  ledger: string[];
  /** [tenant, anonymous_id, user_id, occurred_at, event_id, received_at] */
  links: string[];
  /** [tenant, subject, anonymous_id or null, [entry, …], received_at]; with an anonymous_id, a link overrules the subject. */
  interactions: string[];
  /** See `WRITE_ACTIVITY`. */
  activity: string[];
}

/** Splits events into those that make sessions and those that count by themselves. Bots count nowhere. */
export function sortOut(events: readonly StoredEvent[]): { sessions: ActivityFold; single: Occurrence[] } {
  const sessions = new ActivityFold();
  const single: Occurrence[] = [];
  for (const event of events) {
    if (event.is_bot) continue;
    const itemIds = countedItems(event);
    const actor = sessionActor(event);
    if (actor !== null) {
      sessions.add(activityName(event.tenant, actor, event.event_id), event, sessionEntry(event, itemIds));
    } else if (itemIds.length > 0) single.push(occurrence(event, itemIds));
  }
  return { sessions, single };
}

function occurrence(event: StoredEvent, itemIds: readonly string[]): Occurrence {
  const { tenant, type, occurred_at, received_at, duration_ms: durationMs = 0 } = event;
  return { tenant, itemIds, type, durationMs, occurredAtMs: occurred_at, receivedAtMs: received_at, sign: 1 };
}

/** What counts, and what ceases to, with the sessions as they are now. */
export function turnedOccurrences({ turns }: FoldedActivity): Occurrence[] {
  return turns.map(({ tenant, sign, entry }) => {
    const [, occurredAtMs, receivedAtMs, type, itemIds, durationMs] = entry;
    return { tenant, itemIds, type, durationMs, occurredAtMs, receivedAtMs, sign };
  });
}

/** [tenant, event_id, received hour since the epoch] */
export function ledgerRows(events: readonly StoredEvent[]): string[] {
  const list = new JsonList();
  for (const { tenant, event_id, received_at } of events)
    list.add(`[${JSON.stringify(tenant)},${JSON.stringify(event_id)},${Math.floor(received_at / HOUR_MS)}]`);
  return list.documents();
}

/** What of the events concerns people: who they are, and their histories. */
export function planPeople(events: readonly StoredEvent[]): Pick<ApplyPlan, "links" | "interactions"> {
  const links = new JsonList();
  const interactions = new Interactions();
  for (const event of events) {
    if (event.consent !== "granted" || event.is_bot) continue;
    const { tenant, type, anonymous_id, user_id, occurred_at, event_id, received_at } = event;
    if (type !== "identify") interactions.add(event);
    else links.add(JSON.stringify([tenant, anonymous_id, user_id, occurred_at, event_id, received_at]));
  }
  return { links: links.documents(), interactions: interactions.documents() };
}

/** Entries of one row: at some 300 characters each it stays far below what one statement takes. */
const ENTRIES_PER_ROW = 500;

interface HistoryRow {
  head: string;
  receivedAtMs: number;
  entries: string[];
}

/** Entries of histories by subject: D1 then merges each history once. */
class Interactions {
  readonly #rows: HistoryRow[] = [];
  readonly #open = new Map<string, HistoryRow>();

  add(event: StoredEvent): void {
    const { tenant, item_id: itemId, user_id: userId, anonymous_id: anonymousId } = event;
    if (itemId === undefined || eventTypeWeight(event.type) === 0) return;
    if (userId === undefined && anonymousId === undefined) return;
    const subject = userId === undefined ? anonymousSubject(anonymousId as string) : userSubject(userId);
    const name = `${tenant}/${subject}`;
    let row = this.#open.get(name);
    // Mostly one message brings a subject's events, all of them received at one time.
    if (row?.receivedAtMs !== event.received_at || row.entries.length === ENTRIES_PER_ROW) {
      const device = userId === undefined ? JSON.stringify(anonymousId) : "null";
      const head = `${JSON.stringify(tenant)},${JSON.stringify(subject)},${device}`;
      row = { head, receivedAtMs: event.received_at, entries: [] };
      this.#open.set(name, row);
      this.#rows.push(row);
    }
    const entry: Interaction = {
      eventId: event.event_id,
      itemId,
      type: event.type,
      occurredAtMs: event.occurred_at,
    };
    if (event.value !== undefined) entry.value = event.value;
    row.entries.push(JSON.stringify(encodeEntry(entry)));
  }

  /** See `ApplyPlan.interactions`. */
  documents(): string[] {
    const list = new JsonList();
    for (const { head, receivedAtMs, entries } of this.#rows)
      list.add(`[${head},[${entries.join(",")}],${receivedAtMs}]`);
    return list.documents();
  }
}
