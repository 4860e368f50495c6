import { beforeAll, describe, expect, it } from "vitest";
import { CRAWLER_AGENT, type Shop, simulateShop } from "../../scripts/simulate/index.ts";
import { CATEGORIES } from "../../scripts/simulate/vocabulary.ts";
import { DAY_MS, EVENT_BYTES_MAX, HOUR_MS, LEDGER_HOURS } from "../../src/base/index.ts";
import { eventSchema, itemSchema, userSchema, uuidV7TimeMs } from "../../src/events/index.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);

describe("the vocabulary", () => {
  it("names each subcategory once and only accessories that exist", () => {
    const subcategories = CATEGORIES.flatMap((category) => category.subcategories);
    const names = subcategories.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { accessories } of subcategories)
      for (const name of accessories) expect(names).toContain(name);
  });
});

describe("a simulated shop", () => {
  const tiny = (seed: number, nowMs = NOW_MS) => simulateShop({ seed, nowMs, scale: "tiny" });

  it("is the same for the same seed and another for another", () => {
    expect(JSON.stringify(tiny(1))).toBe(JSON.stringify(tiny(1)));
    expect(tiny(2).items.map(({ title }) => title)).not.toEqual(tiny(1).items.map(({ title }) => title));
    expect(tiny(2).events.map((event) => event.item_id)).not.toEqual(
      tiny(1).events.map((event) => event.item_id),
    );
  });

  it("is only moved by another time", () => {
    const today = tiny(1);
    const tomorrow = tiny(1, NOW_MS + DAY_MS);
    expect(tomorrow.events.map(({ occurred_at, item_id }) => [occurred_at - DAY_MS, item_id])).toEqual(
      today.events.map(({ occurred_at, item_id }) => [occurred_at, item_id]),
    );
    expect(tomorrow.items.map(({ published_at }) => published_at)).toEqual(
      today.items.map(({ published_at = 0 }) => published_at + DAY_MS),
    );
  });
});

describe("the demo shop", () => {
  let shop: Shop;
  beforeAll(() => {
    shop = simulateShop({ seed: 1, nowMs: NOW_MS });
  });

  it("has the sizes that the demo promises", () => {
    expect(shop.items).toHaveLength(2_000);
    expect(shop.users).toHaveLength(1_500);
    expect(shop.events.length).toBeGreaterThan(35_000);
    expect(shop.events.length).toBeLessThan(45_000);
  });

  it("speaks the wire form, by the schemas of the API", () => {
    for (const item of shop.items) itemSchema.parse(item);
    for (const user of shop.users) userSchema.parse(user);
    for (const event of shop.events) {
      eventSchema.parse(event);
      expect(JSON.stringify(event).length).toBeLessThan(EVENT_BYTES_MAX);
    }
  });

  it("gives each event an id of its own, made within the ledger's time", () => {
    const ids = new Set(shop.events.map((event) => event.event_id));
    expect(ids.size).toBe(shop.events.length);
    for (const id of ids) expect(Math.abs(uuidV7TimeMs(id) - NOW_MS)).toBeLessThan(LEDGER_HOURS * HOUR_MS);
  });

  it("tells events in time order, up to now, of items that were on sale by then", () => {
    const publishedAt = new Map(shop.items.map((item) => [item.item_id, item.published_at ?? 0]));
    let before = 0;
    for (const { occurred_at, item_id, context } of shop.events) {
      expect(occurred_at).toBeGreaterThanOrEqual(before);
      expect(occurred_at).toBeLessThan(NOW_MS);
      if (item_id !== undefined && context?.user_agent !== CRAWLER_AGENT) {
        expect(occurred_at).toBeGreaterThan(publishedAt.get(item_id) ?? Number.POSITIVE_INFINITY);
      }
      before = occurred_at;
    }
    expect(NOW_MS - (shop.events[0]?.occurred_at ?? 0)).toBeGreaterThan(25 * DAY_MS);
  });

  it("has every kind of event, enough of them today, and a long tail", () => {
    const byType = Map.groupBy(shop.events, (event) => event.type);
    const kinds = ["view", "click", "impression", "add_to_cart", "purchase", "like", "search", "identify"];
    for (const kind of kinds) expect(byType.get(kind)?.length ?? 0).toBeGreaterThan(100);
    expect(shop.events.filter((event) => event.occurred_at > NOW_MS - DAY_MS).length).toBeGreaterThan(1_000);
    const looks = Map.groupBy(
      shop.events.filter((event) => event.type === "view"),
      (event) => event.item_id,
    );
    const counts = [...looks.values()].map((events) => events.length).sort((a, b) => b - a);
    const all = counts.reduce((a, b) => a + b, 0);
    const top = counts.slice(0, 200).reduce((a, b) => a + b, 0);
    expect(top / all).toBeGreaterThan(0.3);
    expect(top / all).toBeLessThan(0.7);
  });

  it("lets some sign in late, some never, some deny consent, and crawlers crawl", () => {
    const identified = shop.events.filter((event) => event.type === "identify");
    for (const { anonymous_id, occurred_at } of identified) {
      const before = shop.events.filter(
        (event) => event.anonymous_id === anonymous_id && event.occurred_at < occurred_at,
      );
      expect(before.length).toBeGreaterThan(0);
      expect(before.every((event) => event.user_id === undefined)).toBe(true);
    }
    const denied = shop.events.filter((event) => event.consent === "denied");
    expect(denied.length).toBeGreaterThan(50);
    for (const event of denied)
      expect(event.user_id ?? event.anonymous_id ?? event.session_id).toBeUndefined();
    expect(shop.events.filter((event) => event.context?.user_agent === CRAWLER_AGENT)).toHaveLength(240);
  });

  it("has structure to learn: what followed a look before follows it again, far beyond the popular", () => {
    const { popular, following } = hitsAt10(shop);
    expect(following).toBeGreaterThan(3 * popular);
    expect(following).toBeGreaterThan(0.08);
  });

  it("knows what a list is worth: shoppers' own looks beat the popular items", () => {
    const ids = shop.items.map((item) => item.item_id);
    for (const { userId } of shop.shoppers.slice(0, 20)) {
      for (const id of ids) {
        const odds = shop.worth(userId, id);
        expect(odds).toBeGreaterThanOrEqual(0);
        expect(odds).toBeLessThanOrEqual(1);
      }
    }
    expect(shop.worth("u0001", "nothing")).toBe(0);
    expect(shop.worth("nobody", "p0001")).toBe(0);
    const looks = shop.events
      .filter((event) => event.type === "view" && event.user_id !== undefined)
      .slice(-5_000);
    const own = mean(looks.map(({ user_id = "", item_id = "" }) => shop.worth(user_id, item_id)));
    const others = mean(
      looks.map(({ item_id = "" }, index) =>
        shop.worth(`u${String(1 + (index % 1_500)).padStart(4, "0")}`, item_id),
      ),
    );
    expect(own).toBeGreaterThan(2 * others);
  });
});

/** Hit rate at 10 of the next new item after the newest look, fitted on the first 80 %: transitions against popularity. */
function hitsAt10({ events }: Shop): { popular: number; following: number } {
  const looks = events.filter(
    (event) => (event.type === "view" || event.type === "click") && event.anonymous_id !== undefined,
  );
  const cutMs = looks[Math.floor(looks.length * 0.8)]?.occurred_at ?? 0;
  const counts = new Map<string, number>();
  const follows = new Map<string, Map<string, number>>();
  const last = new Map<string, string>();
  const cases: { from: string; to: string }[] = [];
  for (const { anonymous_id = "", item_id = "", occurred_at } of looks) {
    const from = last.get(anonymous_id);
    last.set(anonymous_id, item_id);
    if (from === item_id) continue;
    if (occurred_at < cutMs) {
      counts.set(item_id, (counts.get(item_id) ?? 0) + 1);
      if (from === undefined) continue;
      const row = follows.get(from) ?? new Map<string, number>();
      follows.set(from, row.set(item_id, (row.get(item_id) ?? 0) + 1));
    } else if (from !== undefined) cases.push({ from, to: item_id });
  }
  const best = (scores: Map<string, number> | undefined) =>
    [...(scores ?? [])]
      .sort((a, b) => b[1] - a[1])
      .slice(0, 10)
      .map(([id]) => id);
  const popular = best(counts);
  return {
    popular: mean(cases.map(({ to }) => (popular.includes(to) ? 1 : 0))),
    following: mean(cases.map(({ from, to }) => (best(follows.get(from)).includes(to) ? 1 : 0))),
  };
}

function mean(values: number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
