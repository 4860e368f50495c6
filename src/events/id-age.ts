import { DAY_MS, HOUR_MS, LEDGER_HOURS } from "../base/index.ts";
import type { StoredEvent } from "./event.ts";
import { uuidV7TimeMs } from "./uuid.ts";

/** Silver looks for an id's duplicates in the partition of the id's own day, and rewrites the days of this long a past. */
export const ID_LATE_MAX_MS = 7 * DAY_MS;
/** A clock may be a time zone ahead; an id from further on would be a partition that nobody expects. */
export const ID_EARLY_MAX_MS = DAY_MS;
/**
 * Clocks drift, requests take their time, and the ledger is pruned once an hour: ids are given up this much before the
 * ledger forgets them, so that none can be counted twice.
 */
const LEDGER_MARGIN_MS = HOUR_MS;

export type SilverPlace = { idTimeMs: number } | "too_late" | "too_early";

/**
 * Where silver keeps an event: by the day of its id, which all its duplicates share. A function of the row alone, so whoever
 * asks and whenever, the answer is the same; duplicates received on both sides of the clamp's edge differ, and the inner
 * one counts.
 *
 * A row with `replayed_at` was set aside for its id's age, and somebody decided that it counts: it has its place however old
 * it is. What was too early has one once its time has come.
 */
export function silverPlace(
  event: Pick<StoredEvent, "event_id" | "received_at"> & { replayed_at?: number | null },
): SilverPlace {
  const idTimeMs = uuidV7TimeMs(event.event_id);
  const replayedAtMs = event.replayed_at ?? null;
  if (replayedAtMs === null && event.received_at - idTimeMs > ID_LATE_MAX_MS) return "too_late";
  if (idTimeMs - (replayedAtMs ?? event.received_at) > ID_EARLY_MAX_MS) return "too_early";
  return { idTimeMs };
}

/**
 * Whether D1's ledger may have forgotten the id, had it come before: such an event must not reach D1 when it lands, only by way
 * of silver, which knows whether it is new. The id's time is the client's clock's, which `sent_at` beside `received_at` sets right.
 */
export function isBeyondLedger(
  event: Pick<StoredEvent, "event_id" | "received_at" | "sent_at">,
  landedAtMs: number,
): boolean {
  const madeAtMs = uuidV7TimeMs(event.event_id) + event.received_at - event.sent_at;
  return landedAtMs - madeAtMs > LEDGER_HOURS * HOUR_MS - LEDGER_MARGIN_MS;
}

/**
 * Until when D1 surely recognises an event, had any of its copies been applied: none was applied before the first was received, and
 * an id stays in the ledger for so long after it was applied.
 *
 * This overlaps with `isBeyondLedger` on purpose. An event that landed in time may have found D1 away, and land again when it is
 * too old to go to D1 directly. Whether it was counted only the ledger can tell; an event is received after it was made, so there
 * is an hour at least, mostly more, in which silver hands over what landing does not apply any more and the ledger still knows.
 */
export function ledgerKnowsUntilMs(firstReceivedAtMs: number): number {
  return firstReceivedAtMs + LEDGER_HOURS * HOUR_MS;
}

/**
 * Whether the row is a dead letter that somebody replayed: its id was never too old nor too new, so nothing else can have set it aside.
 * Silver has had it since it was buried, D1 has not.
 */
export function isReplayedDeadLetter(
  event: Pick<StoredEvent, "event_id" | "received_at"> & { replayed_at: number | null },
): boolean {
  const { event_id, received_at, replayed_at } = event;
  return replayed_at !== null && typeof silverPlace({ event_id, received_at }) !== "string";
}
