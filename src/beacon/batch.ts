import type { BeaconEvent } from "./api.ts";
import { BATCH_BYTES_MAX, BATCH_EVENTS_MAX } from "./limits.ts";

/** An event as it waits: all but the time of its sending. */
export type QueuedEvent = Omit<BeaconEvent, "sent_at">;

/** `,"sent_at":1790000000000` and the comma between events. */
const SENT_AT_BYTES = 25;

export function byteLength(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/**
 * How many events from the front make the next request: at most 20 and 32 KB, all of one user, because a user's token
 * rides in the request's address. At least 1 of a list that is not empty.
 */
export function batchLength(events: readonly QueuedEvent[]): number {
  let bytes = 0;
  let length = 0;
  for (const event of events.slice(0, BATCH_EVENTS_MAX)) {
    bytes += byteLength(event) + SENT_AT_BYTES;
    if (length > 0 && (bytes > BATCH_BYTES_MAX || event.user_id !== events[0]?.user_id)) break;
    length++;
  }
  return length;
}

/** The request's body. How many events this device has had to drop rides in the first event's context. */
export function encodeBatch(events: readonly QueuedEvent[], sentAtMs: number, dropped: number): string {
  return JSON.stringify(
    events.map((event, index) => ({
      ...event,
      sent_at: sentAtMs,
      ...(dropped > 0 && index === 0 && { context: { ...event.context, dropped_events: dropped } }),
    })),
  );
}

/** The event with nothing in it that could join it to another one of the same person: what denied consent sends. */
export function withoutIds(event: QueuedEvent): QueuedEvent {
  const { user_id, anonymous_id, session_id, recommendation_id, ...rest } = event;
  return { ...rest, consent: "denied" };
}
