import fc from "fast-check";
import { expect, it } from "vitest";
import { createPrng, MINUTE_MS, SECOND_MS } from "../../src/base/index.ts";
import { makeUuidV7 } from "../../src/events/index.ts";
import { type ActivitySession, foldSessions, type SessionEntry } from "../../src/features/activity.ts";

const START_MS = Date.UTC(2026, 10, 21, 8);

/** Visits of a person, of a timer and of a flood that no session keeps, some of them less than half an hour apart. */
function entriesOf(seed: number): SessionEntry[] {
  const prng = createPrng(seed);
  let atMs = START_MS;
  return Array.from({ length: 3 }, (_, visit) => {
    atMs += (10 + prng.int(60)) * MINUTE_MS;
    const kind = prng.pick(["person", "timer", "flood"]);
    return Array.from({ length: { person: 12, timer: 33, flood: 520 }[kind] ?? 0 }, (_, n): SessionEntry => {
      atMs += { person: prng.int(90 * SECOND_MS), timer: 10 * SECOND_MS, flood: 400 }[kind] ?? 0;
      const random = Uint8Array.from({ length: 10 }, (_, i) => ((visit * 1_000 + n) >>> (8 * i)) & 255);
      return [makeUuidV7(atMs, random), atMs, atMs, "view", ["a"], 0];
    });
  }).flat();
}

it("sessions and what counts of them depend on the events alone, not on how they were delivered", () => {
  const verdicts = new Set<boolean>();
  fc.assert(
    fc.property(fc.nat(1_000), fc.nat(), fc.integer({ min: 1, max: 60 }), (seed, order, size) => {
      const entries = entriesOf(seed);
      const atOnce = foldSessions([], entries);
      const counted = new Map<string, number>();
      let sessions: ActivitySession[] = [];
      const delivered = createPrng(order).shuffle([...entries]);
      for (let from = 0; from < delivered.length; from += size) {
        const folded = foldSessions(sessions, delivered.slice(from, from + size));
        sessions = folded.sessions;
        for (const { entry, sign } of folded.turns)
          counted.set(entry[0], (counted.get(entry[0]) ?? 0) + sign);
      }
      expect(sessions).toEqual(atOnce.sessions);
      const still = [...counted].filter(([, times]) => times !== 0).sort();
      expect(still).toEqual(atOnce.turns.map(({ entry }) => [entry[0], 1]).sort());
      for (const session of sessions) verdicts.add(session.automated);
    }),
    { numRuns: 40, seed: 1 },
  );
  expect(verdicts).toEqual(new Set([true, false]));
});

it("a robot's day is one session, however many events it has", () => {
  const random = new Uint8Array(10);
  const entries = Array.from({ length: 250_000 }, (_, n): SessionEntry => {
    const atMs = START_MS + n * 100;
    return [makeUuidV7(atMs, random), atMs, atMs, "view", ["a"], 0];
  });
  const { sessions, turns } = foldSessions([], entries);
  const lastMs = START_MS + 249_999 * 100;
  const whole = { firstMs: START_MS, lastMs, occurredAtMs: lastMs, count: 250_000 };
  expect(sessions).toEqual([{ ...whole, automated: true, entries: null }]);
  expect(turns).toEqual([]);
});
