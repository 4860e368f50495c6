import { describe, expect, it } from "vitest";
import { HOUR_MS } from "../../src/base/index.ts";
import {
  type DayCounts,
  isFailureAnswered,
  judgeLive,
  type ListCounts,
  NONE,
} from "../../src/retraining/index.ts";

const SOUND = { lists: 1_000, errors: 2, degraded: 10, clicks: { lists: 2_000, clicked: 200 } };

/** Lists of these hours of the day. */
function day(hours: Record<number, Partial<ListCounts>>): DayCounts {
  return Array.from({ length: 24 }, (_, hour) => ({ ...NONE, ...hours[hour] }));
}

/** Of a version that is judged alone, all at noon. */
function judged(live: Partial<ListCounts>, before: Partial<ListCounts> = {}) {
  const verdict = judgeLive({
    live: day({ 12: { ...SOUND, ...live } }),
    earlier: null,
    before: day({ 12: { ...SOUND, ...before } }),
  });
  return verdict?.reason ?? null;
}

describe("the guardrails", () => {
  it("leave a version alone that does as the one before did, or better", () => {
    expect(judged({})).toBeNull();
    expect(judged({ errors: 0, degraded: 0, clicks: { lists: 2_000, clicked: 400 } })).toBeNull();
  });

  it("take back what fails, or is missing from lists, beyond doubt and by more than a trifle", () => {
    expect(judged({ errors: 30 })).toMatch(/^the model fails in 3\.0 % of the lists, 0\.2 % before/);
    expect(judged({ errors: 9 })).toBeNull();
    expect(judged({ degraded: 90 })).toMatch(/^9\.0 % of the lists do without the model, 1\.0 % before/);
    expect(judged({ degraded: 40 })).toBeNull();
    // As bad as this has it been before.
    expect(judged({ errors: 30 }, { errors: 28 })).toBeNull();
  });

  it("take back what is clicked less beyond doubt", () => {
    expect(judged({ clicks: { lists: 2_000, clicked: 120 } })).toMatch(
      /^6\.0 % of its lists are clicked, 10\.0 %/,
    );
    expect(judged({ clicks: { lists: 2_000, clicked: 175 } })).toBeNull();
    expect(judged({ clicks: { lists: 900, clicked: 0 } })).toBeNull();
  });

  it("wait for enough lists, and for few where most of them fail", () => {
    expect(judged({ lists: 40, errors: 40, degraded: 40 })).toBeNull();
    expect(judged({ errors: 1_000 }, { lists: 40 })).toBeNull();
    expect(judged({ lists: 50, errors: 20, degraded: 20 })).toBeNull();
    expect(judged({ lists: 50, errors: 1, degraded: 1 }, { errors: 0 })).toBeNull();
    expect(judged({ lists: 50, errors: 40, degraded: 40 })).toMatch(/^the model fails in 80\.0 %/);
    expect(judged({ lists: 250, errors: 250, degraded: 250 })).toMatch(/^the model fails in 100\.0 %/);
  });
});

describe("a course of hourly versions", () => {
  const seen = (lists: number, clicked: number) => ({ lists, clicks: { lists, clicked } });

  it("is judged by the lists of all its versions, where each has too few", () => {
    const before = day({ 11: seen(900, 90), 12: seen(900, 90) });
    const [live, earlier] = [day({ 12: seen(900, 0) }), day({ 11: seen(900, 0) })];
    expect(judgeLive({ live, earlier: day({}), before })).toBeNull();
    expect(judgeLive({ live, earlier, before })).toEqual({
      reason: "0.0 % of its lists are clicked, 10.0 % of those before it",
      isFailure: false,
      isOfCourse: true,
    });
  });

  it("is compared with the same hours of the day: what comes and goes with them is nobody's fault", () => {
    const noon = seen(15_000, 900);
    const one = seen(15_000, 750);
    expect(judgeLive({ live: day({ 13: one }), earlier: day({}), before: day({ 12: noon }) })).toBeNull();
    // Both times have both hours, each mostly another.
    const live = day({ 12: seen(1_000, 60), 13: one });
    const before = day({ 12: noon, 13: seen(1_000, 50) });
    expect(judgeLive({ live, earlier: day({}), before })).toBeNull();
    const cold = (lists: number, share: number) => ({ lists, degraded: lists * share });
    const night = day({ 3: cold(1_000, 0.3), 12: cold(100, 0.01) });
    const days = day({ 3: cold(100, 0.3), 12: cold(10_000, 0.01) });
    expect(judgeLive({ live: night, earlier: day({}), before: days })).toBeNull();
  });

  it("goes back to the version before the live one where that was sound, past them all where not", () => {
    const before = day({ 10: SOUND, 11: SOUND, 12: SOUND });
    const live = day({ 12: { lists: 100, errors: 100, degraded: 100 } });
    const [sound, broken] = [{ lists: 400 }, { lists: 400, errors: 400, degraded: 400 }];
    const wayBack = (earlier: DayCounts | null) => judgeLive({ live, earlier, before })?.isOfCourse;
    expect(wayBack(day({ 11: sound }))).toBe(false);
    expect(wayBack(day({ 11: broken }))).toBe(true);
    expect(wayBack(day({ 11: { lists: 10 } }))).toBe(true);
    expect(wayBack(null)).toBe(false);
  });

  it("fails by few lists of each version, and no more once the live one is sound", () => {
    const before = day({ 10: SOUND, 11: SOUND, 12: SOUND });
    const some = { lists: 200, errors: 20, degraded: 20 };
    const earlier = day({ 10: some, 11: some });
    expect(judgeLive({ live: day({ 12: some }), earlier: day({}), before })).toBeNull();
    expect(judgeLive({ live: day({ 12: some }), earlier, before })).toEqual({
      reason: "the model fails in 10.0 % of the lists, 0.2 % before",
      isFailure: true,
      isOfCourse: true,
    });
    expect(judgeLive({ live: day({ 12: { lists: 200 } }), earlier, before })).toBeNull();
  });
});

describe("a failure that visitors' lists tell of", () => {
  const SINCE_MS = Date.UTC(2026, 10, 21, 12, 23);
  const hour = (offset: number, answers: number, errors: number) => ({
    fromMs: Date.UTC(2026, 10, 21, 12) + offset * HOUR_MS,
    answers,
    reasons: { scorer_error: errors },
  });
  const before = day({ 11: SOUND, 12: SOUND, 13: SOUND });
  const pointer = { promotedAtMs: SINCE_MS };

  it("is one if the edge has counted it as well", () => {
    expect(isFailureAnswered([hour(-1, 500, 1), hour(0, 500, 300), hour(1, 200, 200)], pointer, before)).toBe(
      true,
    );
    expect(isFailureAnswered([hour(-1, 500, 1), hour(0, 500, 2), hour(1, 200, 0)], pointer, before)).toBe(
      false,
    );
    expect(isFailureAnswered([], pointer, before)).toBe(false);
    // Before the promotion the model failed, not since.
    expect(isFailureAnswered([hour(-1, 500, 500), hour(0, 500, 0)], pointer, before)).toBe(false);
  });

  it("may have been of the course before the live version", () => {
    const course = { sinceMs: SINCE_MS - HOUR_MS, before: { version: "old", sinceMs: 0 } };
    const hours = [hour(-1, 5_000, 5_000), hour(0, 5_000, 5), hour(1, 500, 1)];
    expect(isFailureAnswered(hours, { ...pointer, course }, before)).toBe(true);
    expect(isFailureAnswered(hours, pointer, before)).toBe(false);
    // A course that nothing was before is compared with nothing.
    expect(isFailureAnswered(hours, { ...pointer, course: { sinceMs: course.sinceMs } }, before)).toBe(false);
  });
});
