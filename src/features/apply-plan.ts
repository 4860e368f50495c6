import type { StoredEvent } from "../events/index.ts";
import type { Turn } from "./activity.ts";
import { countedItems, type Occurrence } from "./counting.ts";
import { JsonList } from "./json-list.ts";
import { sessionActor } from "./session-pattern.ts";

/** What counts by itself: of events that make no session. Bots count nowhere. */
export function singleOccurrences(events: readonly StoredEvent[]): Occurrence[] {
  return events.flatMap((event) => {
    if (event.is_bot || sessionActor(event) !== null) return [];
    const itemIds = countedItems(event);
    return itemIds.length === 0 ? [] : [occurrence(event, itemIds)];
  });
}

function occurrence(event: StoredEvent, itemIds: readonly string[]): Occurrence {
  const { tenant, type, occurred_at, received_at, duration_ms: durationMs = 0 } = event;
  return { tenant, itemIds, type, durationMs, occurredAtMs: occurred_at, receivedAtMs: received_at, sign: 1 };
}

/** What counts, and what ceases to, with the sessions as they are now. */
export function turnedOccurrences(turns: readonly (Turn & { tenant: string })[]): Occurrence[] {
  return turns.map(({ tenant, sign, entry }) => {
    const [, occurredAtMs, receivedAtMs, type, itemIds, durationMs] = entry;
    return { tenant, itemIds, type, durationMs, occurredAtMs, receivedAtMs, sign };
  });
}

/** [tenant, anonymous_id, user_id, occurred_at, event_id] of people who identified themselves. */
export function linkRows(events: readonly StoredEvent[]): string[] {
  const list = new JsonList();
  for (const { tenant, type, consent, is_bot, anonymous_id, user_id, occurred_at, event_id } of events) {
    if (type === "identify" && consent === "granted" && !is_bot)
      list.add(JSON.stringify([tenant, anonymous_id, user_id, occurred_at, event_id]));
  }
  return list.documents();
}

/** The first link of a device stands; within one batch the earliest. */
export const INSERT_LINKS = `
INSERT OR IGNORE INTO identity_links (tenant, anonymous_id, user_id, linked_at)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?1)
ORDER BY value ->> 3, value ->> 4`;
