import { DAY_MS, MINUTE_MS } from "../base/index.ts";
import { type StoredEvent, uuidV7TimeMs } from "../events/index.ts";

/**
 * When a session is not a person's. Declared as data: the thresholds stand far outside of what people do, because a session
 * that is flagged by mistake is a visitor who teaches nothing.
 */
export const SESSION_PATTERN = {
  /** A session ends when its actor makes no event for so long, and at midnight UTC. */
  gapMs: 30 * MINUTE_MS,
  /** An event reported later than this was kept back or imported: its id tells when it was sent, not a visitor's rhythm. */
  reportedWithinMs: 30 * MINUTE_MS,
  /** More events than this in one session. */
  depth: { eventsMax: 500 },
  /** More events than this in a minute; minutes follow one another from the session's first event. */
  rate: { windowMs: MINUTE_MS, eventsMax: 180 },
  /** So many gaps whose standard deviation is at most this share of their mean: a timer, not a hand. */
  regularity: { gapsMin: 30, variationMax: 0.05 },
} as const;

/** What the pattern reads of an event or of a row of the lake; absent may be null there. */
export type PatternEvent = Pick<
  StoredEvent,
  "event_id" | "received_at" | "occurred_at" | "consent" | "is_bot"
> & {
  user_id?: string | null | undefined;
  anonymous_id?: string | null | undefined;
};

/** `null`: nothing speaks against a person. */
export type SessionVerdict = "depth" | "rate" | "regularity" | null;

/** Whole numbers only, so that the same events give the same state on any machine. */
export interface SessionState {
  events: number;
  lastMs: number;
  windowStartMs: number;
  windowEvents: number;
  /** The most events of any window. */
  fastest: number;
  gapsMs: number;
  gapSquaresMs2: number;
}

/**
 * The device, else the user: whose events make a session. Null for what takes part in none: bots say so themselves, denied
 * consent has no actor, and what was reported late or imported has no rhythm.
 */
export function sessionActor(event: PatternEvent): string | null {
  if (event.is_bot || event.consent !== "granted") return null;
  if (event.received_at - event.occurred_at > SESSION_PATTERN.reportedWithinMs) return null;
  if (typeof event.anonymous_id === "string") return `a:${event.anonymous_id}`;
  return typeof event.user_id === "string" ? `u:${event.user_id}` : null;
}

/** Whether an event of the same actor at `timeMs` begins another session than the one that `lastMs` is of. Both are times of ids. */
export function endsSession(lastMs: number, timeMs: number): boolean {
  return timeMs - lastMs > SESSION_PATTERN.gapMs || idDay(lastMs) !== idDay(timeMs);
}

export function idDay(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS);
}

/**
 * The rule itself, one session's events in the order of their ids (UUIDv7: the order of their times). `step` takes the time
 * of the id. The verdict is the whole session's: it counts nowhere, not even what it did before it was found out. So it does
 * not matter in which order the events were delivered.
 */
export const sessionPattern = {
  init(): SessionState {
    return {
      events: 0,
      lastMs: 0,
      windowStartMs: 0,
      windowEvents: 0,
      fastest: 0,
      gapsMs: 0,
      gapSquaresMs2: 0,
    };
  },

  step(state: SessionState, timeMs: number): SessionState {
    const isFirst = state.events === 0;
    const gapMs = isFirst ? 0 : timeMs - state.lastMs;
    const isNewWindow = isFirst || timeMs - state.windowStartMs >= SESSION_PATTERN.rate.windowMs;
    const windowEvents = isNewWindow ? 1 : state.windowEvents + 1;
    return {
      events: state.events + 1,
      lastMs: timeMs,
      windowStartMs: isNewWindow ? timeMs : state.windowStartMs,
      windowEvents,
      fastest: Math.max(state.fastest, windowEvents),
      gapsMs: state.gapsMs + gapMs,
      gapSquaresMs2: state.gapSquaresMs2 + gapMs * gapMs,
    };
  },

  verdict(state: SessionState): SessionVerdict {
    const { depth, rate, regularity } = SESSION_PATTERN;
    if (state.events > depth.eventsMax) return "depth";
    if (state.fastest > rate.eventsMax) return "rate";
    const gaps = state.events - 1;
    if (gaps < regularity.gapsMin || state.gapsMs === 0) return null;
    // Squared on both sides: variance ≤ (share · mean)².
    const mean = state.gapsMs / gaps;
    const variance = state.gapSquaresMs2 / gaps - mean * mean;
    return variance <= (regularity.variationMax * mean) ** 2 ? "regularity" : null;
  },
};

/**
 * For rows of one actor (see `sessionActor`) in the order of their ids: whether each is of a session that is not a person's.
 * Sessions here are made of these rows alone.
 */
export function automatedRows(eventIds: readonly string[]): boolean[] {
  const automated: boolean[] = new Array(eventIds.length);
  let start = 0;
  let state = sessionPattern.init();
  const close = (end: number) => automated.fill(sessionPattern.verdict(state) !== null, start, end);
  for (const [index, eventId] of eventIds.entries()) {
    const timeMs = uuidV7TimeMs(eventId);
    if (index > start && endsSession(state.lastMs, timeMs)) {
      close(index);
      start = index;
      state = sessionPattern.init();
    }
    state = sessionPattern.step(state, timeMs);
  }
  close(eventIds.length);
  return automated;
}
