import { describe, expect, it } from "vitest";
import { createPrng, DAY_MS, MINUTE_MS, SECOND_MS } from "../../src/base/index.ts";
import { makeUuidV7 } from "../../src/events/index.ts";
import {
  automatedRows,
  type PatternEvent,
  SESSION_PATTERN,
  type SessionVerdict,
  sessionActor,
  sessionPattern,
} from "../../src/features/index.ts";

const START_MS = Date.UTC(2026, 10, 21, 9);

function verdictOf(timesMs: readonly number[]): SessionVerdict {
  return sessionPattern.verdict(timesMs.reduce(sessionPattern.step, sessionPattern.init()));
}

const times = (count: number, timeMs: (n: number) => number) =>
  Array.from({ length: count }, (_, n) => START_MS + Math.round(timeMs(n)));

function idAt(timeMs: number, n: number): string {
  return makeUuidV7(
    timeMs,
    Uint8Array.from({ length: 10 }, (_, i) => (n >>> (8 * i)) & 255),
  );
}

describe("a session", () => {
  it("of a person passes: bursts, pauses, and hundreds of events with changing gaps", () => {
    const random = createPrng(1);
    let atMs = 0;
    const human = times(400, () => {
      atMs += 300 + 8 * SECOND_MS * random.next() ** 2;
      return atMs;
    });
    expect(verdictOf(human)).toBeNull();
    expect(verdictOf([])).toBeNull();
    expect(verdictOf(times(SESSION_PATTERN.rate.eventsMax, () => 0))).toBeNull();
  });

  it("is flagged for its depth, its rate or its regularity, and stays flagged for the rate", () => {
    const irregular = (n: number) => n * 4 * SECOND_MS + (n % 7) * SECOND_MS;
    expect(verdictOf(times(500, irregular))).toBeNull();
    expect(verdictOf(times(501, irregular))).toBe("depth");
    const burst = times(181, (n) => (n % 5) + n * 10);
    expect(verdictOf(burst)).toBe("rate");
    expect(verdictOf([...burst, START_MS + 20 * MINUTE_MS, START_MS + 21 * MINUTE_MS])).toBe("rate");
    const timer = (n: number) => n * 10 * SECOND_MS + (n % 3) * 100;
    expect(verdictOf(times(31, timer))).toBe("regularity");
    expect(verdictOf(times(30, timer))).toBeNull();
  });
});

describe("an actor's rows", () => {
  it("are cut into sessions by half an hour and by midnight, and judged session by session", () => {
    const timer = times(31, (n) => n * 10 * SECOND_MS);
    const later = times(5, (n) => 40 * MINUTE_MS + n * 10 * SECOND_MS);
    const flags = automatedRows([...timer, ...later].map(idAt));
    expect(flags).toEqual([...timer.map(() => true), ...later.map(() => false)]);
    const midnightMs = START_MS - (START_MS % DAY_MS) + DAY_MS;
    const across = Array.from({ length: 40 }, (_, n) => midnightMs + (n - 20) * 10 * SECOND_MS);
    expect(automatedRows(across.map(idAt))).toEqual(across.map(() => false));
    expect(automatedRows([])).toEqual([]);
  });

  it("have an actor unless they tell nothing of a visitor's rhythm", () => {
    const event: PatternEvent = {
      event_id: idAt(START_MS, 1),
      received_at: START_MS,
      occurred_at: START_MS,
      consent: "granted",
      is_bot: false,
      user_id: "u",
    };
    expect(sessionActor(event)).toBe("u:u");
    expect(sessionActor({ ...event, anonymous_id: "d" })).toBe("a:d");
    expect(sessionActor({ ...event, user_id: null })).toBeNull();
    expect(sessionActor({ ...event, is_bot: true })).toBeNull();
    expect(sessionActor({ ...event, consent: "denied" })).toBeNull();
    expect(sessionActor({ ...event, occurred_at: START_MS - 31 * MINUTE_MS })).toBeNull();
  });
});
