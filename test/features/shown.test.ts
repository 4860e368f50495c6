import { expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../../src/base/index.ts";
import { addShown, joinShown, SHOWN, shownOf } from "../../src/features/shown.ts";
import { bindRule, matches, parseRules } from "../../src/rules/index.ts";
import { RULE_SHOWN_WITHIN_MAX_MS } from "../../src/rules/limits.ts";

const NOON_MS = Date.UTC(2026, 10, 21, 12);
const at = (agoMs: number) => ({ itemId: "a", atMs: NOON_MS - agoMs, sign: 1 as const });
const endOf = (daysAgo: number) => Date.UTC(2026, 10, 22 - daysAgo) - 1;

it("tells what was shown by day, and of the newest day when last", () => {
  const four = [5, 5, 5, 5].map((days) => at(days * DAY_MS));
  const rows = addShown([], [...four, at(HOUR_MS)], NOON_MS);
  expect(shownOf(rows, NOON_MS)).toEqual([
    { itemId: "a", count: 4, lastAtMs: endOf(5) },
    { itemId: "a", count: 1, lastAtMs: NOON_MS - HOUR_MS },
  ]);
  const another = addShown([], [at(2 * DAY_MS)], NOON_MS);
  expect(shownOf(joinShown(rows, another, NOON_MS), NOON_MS).map(({ count }) => count)).toEqual([4, 1, 1]);
  expect(shownOf(rows, NOON_MS + 2 * DAY_MS)).toEqual([
    { itemId: "a", count: 1, lastAtMs: NOON_MS - HOUR_MS },
  ]);
});

it("counts within a rule's time what was shown within it, an earlier day whole", () => {
  const shown = (within: string, ...agoMs: number[]) => {
    const parsed = parseRules({ filter: { shown: { times: { gt: 3 }, within } } });
    if (!parsed.ok || parsed.value.filters[0] === undefined) throw new Error(JSON.stringify(parsed));
    const visitor = { shown: shownOf(addShown([], agoMs.map(at), NOON_MS), NOON_MS) };
    const facts = { nowMs: NOON_MS, visitor, interactions: [], typeCodeOf: () => 0 };
    return matches(bindRule(parsed.value.filters[0].where, facts), { item_id: "a" });
  };
  const [long, lately, now] = [5 * DAY_MS, 20 * HOUR_MS, HOUR_MS];
  expect(shown("1d", long, long, long, long, now)).toBe(false);
  expect(shown("5d", long, long, long, long, now)).toBe(true);
  expect(shown("7d", long, long, long, long, now)).toBe(true);
  expect(shown("1d", lately, lately, lately, now)).toBe(true);
  expect(shown("2h", now, now, now, now)).toBe(true);
});

it("is kept for as long as rules may ask", () => {
  expect(RULE_SHOWN_WITHIN_MAX_MS).toBe(SHOWN.days * DAY_MS);
});
