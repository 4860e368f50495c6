import { expect, test } from "vitest";
import { createPrng, DAY_MS, HOUR_MS, SECOND_MS } from "../../src/base/index.ts";
import {
  createRankingItems,
  RANKING_COUNTERS,
  rankingCounter,
  rankingFeatures,
  rankingTable,
  rankingVisitor,
  rankingWriter,
} from "../../src/catalogue/index.ts";
import { eventTypeWeight, type Item } from "../../src/events/index.ts";
import { facetStates, featuresAsOf, type LakeEvent } from "../../src/features/index.ts";
import { CounterLog } from "../../src/retraining/ranker/counters.ts";
import { MomentLog } from "../../src/retraining/ranker/moments.ts";

const NOW_MS = Date.UTC(2026, 10, 20, 9, 41);
const TENANT = "shop";
const ITEMS: Item[] = Array.from({ length: 12 }, (_, index) => ({
  item_id: `item-${index}`,
  categories: [`group-${index % 3}`],
  tags: [`tag-${index % 4}`, "all"],
  price: 5 + 7 * index,
  published_at: NOW_MS - 50 * DAY_MS,
}));

function events(): LakeEvent[] {
  const prng = createPrng("ranker-features");
  const types = ["view", "click", "purchase", "add_to_cart", "impression"] as const;
  return Array.from({ length: 3_000 }, (_, index) => {
    const type = prng.pick(types);
    const occurredAtMs = NOW_MS - Math.floor(prng.next() ** 3 * 33 * DAY_MS);
    const item_id = `item-${prng.int(ITEMS.length)}`;
    return {
      event_id: `0190-${String(index).padStart(6, "0")}`,
      type,
      occurred_at: occurredAtMs,
      received_at: occurredAtMs,
      consent: "granted",
      is_bot: false,
      user_id: `user-${prng.int(150)}`,
      ...(type === "impression" ? { items: [{ item_id }, { item_id: "item-0" }] } : { item_id }),
    };
  });
}

/** At the end of the hour before: what an artifact of the last full hour knows. */
const AS_OF_MS = Math.floor(NOW_MS / HOUR_MS) * HOUR_MS - 1;

function declaredFeatures(asOfMs: number) {
  const intervals = ITEMS.map((item) => ({ ...item, tenant: TENANT, valid_from: 0 }));
  const facets = facetStates(intervals);
  return featuresAsOf(events(), {
    tenant: TENANT,
    asOfMs,
    clock: "occurred",
    facets,
    links: [],
    deletions: [],
  });
}

test("items' counters are the declared windows and rates, as of the last full hour", () => {
  const log = new CounterLog(NOW_MS - 40 * DAY_MS, ITEMS.length);
  const kinds = { view: "views", click: "clicks", purchase: "purchases", impression: "impressions" } as const;
  for (const { type, item_id, items, occurred_at } of events()) {
    if (!Object.hasOwn(kinds, type)) continue;
    const ids = new Set([item_id, ...(items ?? []).map((one) => one.item_id)]);
    for (const id of ids) {
      const index = ITEMS.findIndex((item) => item.item_id === id);
      if (index >= 0) log.add(kinds[type as keyof typeof kinds], index, occurred_at);
    }
  }
  const declared = declaredFeatures(AS_OF_MS);
  for (const [index, { item_id }] of ITEMS.entries()) {
    const values = new Float32Array(RANKING_COUNTERS.length);
    log.write(index, NOW_MS, values, 0);
    const expected = declared.item(item_id) as unknown as Record<string, number>;
    const wanted = RANKING_COUNTERS.map((name) => Math.fround(expected[name] as number));
    expect([...values]).toEqual(wanted);
  }
});

test("without any event a counter is what the declarations say of an item without one", () => {
  const nothing = declaredFeatures(0).item("unknown") as unknown as Record<string, number>;
  for (const name of RANKING_COUNTERS) expect(rankingCounter(name, () => 0)).toBe(nothing[name]);
});

test("affinities and price band are the declared ones of the user's history", () => {
  const declared = declaredFeatures(NOW_MS);
  const table = rankingTable(createRankingItems(ITEMS, []));
  const features = rankingFeatures([]).filter(({ name }) => !RANKING_COUNTERS.includes(name));
  const at = (name: string) => features.findIndex((feature) => feature.name === name);
  for (let user = 0; user < 5; user++) {
    const history = events()
      .filter(({ type, user_id }) => user_id === `user-${user}` && eventTypeWeight(type) > 0)
      .sort((a, b) => a.occurred_at - b.occurred_at || (a.event_id < b.event_id ? -1 : 1))
      .slice(-100)
      .map(({ item_id, type, occurred_at }) => ({
        index: ITEMS.findIndex((item) => item.item_id === item_id),
        weight: eventTypeWeight(type),
        ageS: (NOW_MS - occurred_at) / SECOND_MS,
      }));
    const visitor = rankingVisitor(table, history, { nowMs: NOW_MS });
    const candidates = ITEMS.map((_, index) => ({ index, score: 0, rank: index }));
    const matrix = new Float32Array(ITEMS.length * features.length);
    rankingWriter(features, [])?.(table, visitor, candidates, { matrix, offset: 0 });
    for (const [index, { item_id }] of ITEMS.entries()) {
      const expected = declared.userItem(`u:user-${user}`, item_id);
      const value = (name: string) => matrix[index * features.length + at(name)] as number;
      expect(value("category_affinity")).toBeCloseTo(expected.category_affinity, 6);
      expect(value("tag_affinity")).toBeCloseTo(expected.tag_affinity, 6);
      expect(value("price_band")).toBe(expected.price_band);
    }
  }
});

test("what is kept of many moments does not depend on the order in which they come", () => {
  const ids = { userOf: () => 0, itemIds: ["item-0", "item-1"] };
  const rows = Array.from({ length: 9_000 }, (_, index) => ({
    eventId: `event-${index}`,
    type: "click",
    occurredAtMs: NOW_MS + index,
    subject: "u:a",
    itemId: "item-0",
    items: null,
    device: null,
    country: null,
    utcOffsetMin: 0,
  }));
  const kept = (given: typeof rows) => {
    const log = new MomentLog(ids, NOW_MS);
    for (const row of given) log.add(row);
    return log.moments();
  };
  const moments = kept(rows);
  expect(moments.length).toBeGreaterThan(1_500);
  expect(moments.length).toBeLessThanOrEqual(4_000);
  expect(kept([...rows].reverse())).toEqual(moments);
});
