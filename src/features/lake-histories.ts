import { eventTypeWeight } from "../events/index.ts";
import type { LakeEvent } from "./as-of.ts";
import { USER_HISTORY } from "./declarations.ts";
import { decodeEntry, encodeEntry, type Interaction } from "./history.ts";

/** An event as a line of its subject's history; null when it shows no interest in an item. */
export function historyEntry(event: LakeEvent): string | null {
  const { item_id: itemId, type, value } = event;
  if (typeof itemId !== "string" || eventTypeWeight(type) === 0) return null;
  return encodeEntry({
    eventId: event.event_id,
    itemId,
    type,
    ...(typeof value === "number" ? { value } : {}),
    occurredAtMs: event.occurred_at,
  });
}

/** The newest interactions of each subject. */
export class LakeHistories {
  readonly #entries = new Map<string, string[]>();

  add(subject: string, entry: string): void {
    const entries = this.#entries.get(subject);
    if (entries === undefined) this.#entries.set(subject, [entry]);
    else {
      entries.push(entry);
      if (entries.length >= 2 * USER_HISTORY.window.last) keepNewest(entries);
    }
  }

  subjects(): Iterable<string> {
    return this.#entries.keys();
  }

  /** Oldest first. */
  of(subject: string): Interaction[] {
    return newestInteractions(this.#entries.get(subject) ?? []);
  }
}

/** Of a subject's lines in any order, those that features are made from: oldest first. */
export function newestInteractions(lines: readonly string[]): Interaction[] {
  const entries = [...lines];
  keepNewest(entries);
  return entries.map(decodeEntry);
}

/** Entries sort as text by time, then event id. */
function keepNewest(entries: string[]): void {
  entries.sort();
  entries.splice(0, Math.max(0, entries.length - USER_HISTORY.window.last));
}
