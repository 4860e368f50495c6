import { HOUR_MS, LEDGER_HOURS } from "../base/index.ts";
import { type Event, type StoredEvent, uuidV7TimeMs } from "../events/index.ts";

/**
 * Clocks drift, requests take their time, and the ledger is pruned once an hour: ids are given up this much before the
 * ledger forgets them, so that none can be counted twice.
 */
const MARGIN_MS = HOUR_MS;

/** Whether D1's ledger may have forgotten the id, had it come before: such an event must not reach D1 any more. */
export function isBeyondLedger(event: StoredEvent, nowMs: number): boolean {
  const madeAtMs = uuidV7TimeMs(event.event_id) + event.received_at - event.sent_at;
  return nowMs - madeAtMs > LEDGER_HOURS * HOUR_MS - MARGIN_MS;
}

/** Whether the id claims to be made after the event was sent: it would stay valid for longer than the ledger keeps it. */
export function isFromFuture({ event_id, sent_at }: Event): boolean {
  return uuidV7TimeMs(event_id) - sent_at > MARGIN_MS;
}
