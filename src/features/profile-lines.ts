import { eventTypeWeight, type StoredEvent } from "../events/index.ts";
import { countedItems } from "./counting.ts";
import { encodeEntry, type Interaction } from "./history.ts";

/** Events of bots and of those who denied consent concern nobody. */
export function isOfPerson({ consent, is_bot }: StoredEvent): boolean {
  return consent === "granted" && !is_bot;
}

export interface ProfileLines {
  /** A line of the history, and of what was bought when it is a purchase. */
  entry: string | null;
  /** Items that an impression shows. */
  shown: string[];
}

/** What a profile keeps of an event; null when nothing. */
export function profileLines(event: StoredEvent): ProfileLines | null {
  const shown = event.type === "impression" ? countedItems(event) : [];
  const entry = historyLine(event);
  return entry === null && shown.length === 0 ? null : { entry, shown };
}

function historyLine(event: StoredEvent): string | null {
  const { event_id: eventId, item_id: itemId, type, occurred_at: occurredAtMs, value } = event;
  if (itemId === undefined || eventTypeWeight(type) === 0) return null;
  const entry: Interaction = { eventId, itemId, type, occurredAtMs };
  if (value !== undefined) entry.value = value;
  return encodeEntry(entry);
}
