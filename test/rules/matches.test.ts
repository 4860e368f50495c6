import { describe, expect, it } from "vitest";
import { createPrng } from "../../src/base/index.ts";
import { ruleColumnsOf } from "../../src/catalogue/index.ts";
import { bindRule, CompiledColumns, matches, parseRules, type RuleFacts } from "../../src/rules/index.ts";
import { RecentMap } from "../../src/rules/recent-map.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12, 34, 56);
const FACTS: RuleFacts = { nowMs: NOW_MS, visitor: {}, interactions: [], typeCodeOf: () => 4 };

function boundOf(filter: object, facts: Partial<RuleFacts> = {}) {
  const parsed = parseRules({ filter });
  if (!parsed.ok || parsed.value.filters[0] === undefined) throw new Error(JSON.stringify(parsed));
  return bindRule(parsed.value.filters[0].where, { ...FACTS, ...facts });
}

describe("an item of a list that carries only some fields", () => {
  const item = { item_id: "a", price: 5 };
  const carries = (field: string) => field === "item_id" || field === "price" || field === "brand";

  it("passes only where the others cannot matter", () => {
    const cases: [object, boolean][] = [
      [{ price: 5 }, true],
      [{ stock: { gt: 0 } }, false],
      [{ not: { stock: 0 } }, false],
      [{ stock: { ne: 0 } }, false],
      [{ or: [{ price: 5 }, { stock: 1 }] }, true],
      [{ or: [{ price: 6 }, { not: { stock: 1 } }] }, false],
      [{ not: { and: [{ price: 6 }, { stock: 1 }] } }, true],
      [{ not: { brand: "x" } }, true],
      [{ brand: { exists: false } }, true],
      [{ not: { geo: { near: { lat: 0, lon: 0 }, within_km: 1 } } }, false],
    ];
    for (const [filter, holds] of cases) {
      expect(matches(boundOf(filter), item, carries), JSON.stringify(filter)).toBe(holds);
    }
    expect(matches(boundOf({ not: { stock: 0 } }), item)).toBe(true);
  });
});

describe("now", () => {
  it("is the minute's beginning for an item's times, so that what is compiled serves for a minute", () => {
    const filter = { published_at: { gte: { ago: "1d" } } };
    const key = (nowMs: number) => JSON.stringify(boundOf(filter, { nowMs }));
    expect(key(NOW_MS)).toBe(key(NOW_MS + 3_999));
    expect(key(NOW_MS)).not.toBe(key(NOW_MS + 4_000));
  });

  it("is exact for what the visitor did", () => {
    const filter = { interacted: { types: ["purchase"], within: "30s" } };
    const at = (agoMs: number) => [{ itemId: "a", typeCode: 4, occurredAtMs: NOW_MS - agoMs }];
    expect(matches(boundOf(filter, { interactions: at(30_000) }), { item_id: "a" })).toBe(true);
    expect(matches(boundOf(filter, { interactions: at(30_001) }), { item_id: "a" })).toBe(false);
    expect(matches(boundOf(filter, { interactions: at(0), typeCodeOf: () => 5 }), { item_id: "a" })).toBe(
      false,
    );
  });
});

it("geo finds what is near across the date line and around a pole", () => {
  const near = (lat: number, lon: number, within_km: number) =>
    boundOf({ geo: { near: { lat, lon }, within_km } });
  const at = (lat: number, lon: number) => ({ item_id: "a", attributes: { lat, lon } });
  expect(matches(near(0, 179.9, 30), at(0, -179.9))).toBe(true);
  expect(matches(near(0, 179.9, 20), at(0, -179.9))).toBe(false);
  expect(matches(near(89.9, 0, 30), at(89.9, 180))).toBe(true);
  // Amsterdam to Utrecht: 34 to 36 km.
  expect(matches(near(52.3702, 4.8952, 34), at(52.0907, 5.1214))).toBe(false);
  expect(matches(near(52.3702, 4.8952, 36), at(52.0907, 5.1214))).toBe(true);
});

it("geo over columns finds what it finds item by item, wherever on Earth", () => {
  const prng = createPrng("earth");
  const place = () => ({ lat: 180 * prng.next() - 90, lon: 360 * prng.next() - 180 });
  const items = Array.from({ length: 400 }, (_, at) => ({ item_id: `item-${at}`, attributes: place() }));
  const columns = new CompiledColumns(ruleColumnsOf(items));
  let found = 0;
  for (let round = 0; round < 200; round++) {
    const bound = boundOf({ geo: { near: place(), within_km: 20_000 * prng.next() ** 3 } });
    const bits = columns.bits(bound);
    for (const [row, item] of items.entries()) {
      const isSet = (((bits[row >>> 5] as number) >>> (row & 31)) & 1) === 1;
      expect(isSet).toBe(matches(bound, item));
      if (isSet) found++;
    }
  }
  expect(found).toBeGreaterThan(1_000);
});

it("what is compiled is kept within bytes, what was not asked for the longest goes first", () => {
  const map = new RecentMap<number>(100);
  for (const key of ["a", "b", "c"]) map.set(key, 1, 28);
  expect(map.bytes).toBe(90);
  map.get("a");
  map.set("d", 1, 28);
  expect(["a", "b", "c", "d"].map((key) => map.get(key))).toEqual([1, undefined, 1, 1]);
  map.set("large", 1, 1_000);
  map.set("a", 2, 60);
  expect(map.get("large")).toBeUndefined();
  expect(map.get("a")).toBe(2);
  expect(map.bytes).toBeLessThanOrEqual(100);
});
