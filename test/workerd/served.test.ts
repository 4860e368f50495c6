import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/base/index.ts";
import { foldServed, readServed, recordServed, SERVED_DAYS, sumServed } from "../../src/features/index.ts";
import { readServing } from "../../src/ops/index.ts";
import { migrated } from "./migrated.ts";

const NOON_MS = Date.UTC(2026, 10, 20, 12);
const profiles = env.PROFILES_0;

describe("what the edge answered, in D1", () => {
  beforeAll(() => migrated(profiles, "profiles"));
  beforeEach(async () => {
    await profiles.batch(
      ["served_parts", "served_days"].map((name) => profiles.prepare(`DELETE FROM ${name}`)),
    );
  });

  const tell = (nowMs: number, counts: Record<string, number>, tenant = "shore") =>
    recordServed(profiles, [{ tenant, counts }], nowMs);

  it("adds what isolates tell, by stretches of time, of one tenant alone", async () => {
    await tell(NOON_MS, { answers: 3, "ms.2": 3 });
    await tell(NOON_MS + MINUTE_MS, { answers: 1, "ms.4": 1 });
    await tell(NOON_MS + 6 * MINUTE_MS, { answers: 5 });
    await tell(NOON_MS, { answers: 70 }, "other");
    const range = { fromMs: NOON_MS, everyMs: 5 * MINUTE_MS };
    expect(await readServed(profiles, "shore", range)).toEqual([
      { fromMs: NOON_MS, counts: { answers: 4, "ms.2": 3, "ms.4": 1 } },
      { fromMs: NOON_MS + 5 * MINUTE_MS, counts: { answers: 5 } },
    ]);
    expect(await readServed(profiles, "shore", { ...range, fromMs: NOON_MS + 5 * MINUTE_MS })).toHaveLength(
      1,
    );
    expect(await readServed(profiles, "shore", { ...range, everyMs: HOUR_MS })).toEqual([
      { fromMs: NOON_MS, counts: { answers: 9, "ms.2": 3, "ms.4": 1 } },
    ]);
  });

  it("folds whole days into one row each, and counts none twice however often it does", async () => {
    for (const days of [0, 1, 2, 3, 3.2, 4]) await tell(NOON_MS - days * DAY_MS, { answers: 1, events: 2 });
    const all = () => sumServed(profiles, "shore", NOON_MS - 10 * DAY_MS);
    expect(await all()).toEqual({ answers: 6, events: 12 });
    for (let time = 0; time < 2; time++) {
      await foldServed(profiles, NOON_MS);
      expect(await all()).toEqual({ answers: 6, events: 12 });
    }
    const rows = (name: string) =>
      profiles.prepare(`SELECT count(*) AS rows FROM ${name}`).first<number>("rows");
    expect([await rows("served_parts"), await rows("served_days")]).toEqual([3, 2]);
    expect(await sumServed(profiles, "shore", NOON_MS - 3 * DAY_MS)).toEqual({ answers: 5, events: 10 });
    await foldServed(profiles, NOON_MS + (SERVED_DAYS - 3) * DAY_MS);
    expect(await all()).toEqual({ answers: 5, events: 10 });
  });

  it("tells percentiles by the ends of their bands, and null without an answer", async () => {
    expect(await readServing(profiles, "shore", NOON_MS)).toEqual({
      lastHour: EMPTY,
      lastDay: EMPTY,
      hours: [],
    });
    await tell(NOON_MS - 2 * MINUTE_MS, {
      ...{ answers: 100, personal: 60, degraded: 4, "degraded.scorer_cold": 3, "degraded.few_items": 1 },
      ...{ "ms.1": 50, "ms.5": 45, "ms.12": 4, "ms.18": 1, errors: 2 },
    });
    await tell(NOON_MS - 3 * HOUR_MS, { answers: 1, "ms.0": 1 });
    const { lastHour, lastDay, hours } = await readServing(profiles, "shore", NOON_MS);
    expect(lastHour).toEqual({
      ...{ answers: 100, errors: 2, personal: 60, degraded: 4 },
      reasons: { scorer_cold: 3, few_items: 1 },
      waited: { p50Ms: 2, p95Ms: 10, p99Ms: 100 },
    });
    expect(lastDay.answers).toBe(101);
    expect(hours.map(({ fromMs, answers }) => [fromMs, answers])).toEqual([
      [NOON_MS - 3 * HOUR_MS, 1],
      [NOON_MS - HOUR_MS, 100],
    ]);
  });
});

const EMPTY = { answers: 0, errors: 0, personal: 0, degraded: 0, reasons: {}, waited: null };
