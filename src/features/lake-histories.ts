import { eventTypeWeight } from "../events/index.ts";
import type { LakeEvent } from "./as-of.ts";
import { USER_HISTORY } from "./declarations.ts";
import { decodeEntry, encodeEntry, type Interaction } from "./history.ts";

/** The newest interactions of each subject. */
export class LakeHistories {
  readonly #entries = new Map<string, string[]>();

  add(subject: string, event: LakeEvent): void {
    const { item_id: itemId, type, value } = event;
    if (typeof itemId !== "string" || eventTypeWeight(type) === 0) return;
    const entry = encodeEntry({
      eventId: event.event_id,
      itemId,
      type,
      ...(typeof value === "number" ? { value } : {}),
      occurredAtMs: event.occurred_at,
    });
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
    const entries = [...(this.#entries.get(subject) ?? [])];
    keepNewest(entries);
    return entries.map(decodeEntry);
  }
}

/** Entries sort as text by time, then event id. */
function keepNewest(entries: string[]): void {
  entries.sort();
  entries.splice(0, Math.max(0, entries.length - USER_HISTORY.window.last));
}
