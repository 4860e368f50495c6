import { env } from "cloudflare:workers";
import type { KVNamespace } from "@cloudflare/workers-types";
import { beforeEach, describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS, r2ObjectStore } from "../../src/base/index.ts";
import { type Item, makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import {
  applyEvents,
  CATEGORY_ITEMS_MAX,
  categoriesName,
  categoryList,
  LIST_CATEGORIES_MAX,
  type ListName,
  listsName,
  type PackedItems,
  type PackedList,
  refreshLists,
  SEGMENT_MANIFEST,
  type SegmentCount,
  type SegmentCounts,
  type SegmentManifest,
  segmentTrending,
  type TenantCategories,
  type TenantLists,
  unpacked,
} from "../../src/features/index.ts";
import { openLake } from "../../src/lake/index.ts";
import { changeItems, removeItem } from "../../src/ops/index.ts";
import { emptied } from "./emptied.ts";
import { migrated } from "./migrated.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12, 31);
const store = r2ObjectStore(env.LAKE);
const changes = { core: env.DB, lake: openLake(store) };
const put = (items: Item[], tenant = "t") => changeItems(changes, tenant, { items, nowMs: NOW_MS });

/** KV that notes what is written. */
function notedKv() {
  const written: string[] = [];
  const kv = {
    get: env.KV.get.bind(env.KV),
    put: (name: string, value: string) => {
      written.push(name);
      return env.KV.put(name, value);
    },
  } as unknown as Pick<KVNamespace, "get" | "put">;
  return { kv, written };
}

async function refresh({ nowMs = NOW_MS, force = true, tenant = "t" } = {}): Promise<string[]> {
  const { kv, written } = notedKv();
  await refreshLists({ core: env.DB, profiles: env.PROFILES_0, kv, store }, tenant, { nowMs, force });
  return written.filter((name) => name === listsName(tenant) || name === categoriesName(tenant));
}

let count = 0;
async function happen(
  itemId: string,
  { agoMs = 0, times = 1, tenant = "t" }: { agoMs?: number; times?: number; tenant?: string } = {},
): Promise<void> {
  const events = Array.from({ length: times }, (): StoredEvent => {
    const n = ++count;
    const random = Uint8Array.from({ length: 10 }, (_, i) => (n >>> (8 * (i % 4))) & 255);
    const at = { occurred_at: NOW_MS - agoMs, sent_at: NOW_MS, received_at: NOW_MS };
    const made = { tenant, event_id: makeUuidV7(NOW_MS, random), type: "click", session_id: "s", ...at };
    return { ...made, item_id: itemId, consent: "granted", is_bot: false };
  });
  await applyEvents({ core: env.DB, profiles: [env.PROFILES_0] }, events, NOW_MS);
}

async function read<Value>(name: string): Promise<Value> {
  const value = await env.KV.get<Value>(name, "json");
  if (value === null) throw new Error(`${name} is absent`);
  return value;
}
const lists = (tenant = "t") => read<TenantLists>(listsName(tenant));
const categories = () => read<TenantCategories>(categoriesName("t"));
const idsOf = (items: PackedItems, list: PackedList | null) =>
  [...unpacked(items, list ?? { at: [], scores: [] })].map(({ itemId }) => itemId);

async function ids(name: ListName): Promise<string[]> {
  const found = await lists();
  return idsOf(found.items, found.lists[name]);
}

async function categoryIds(category: string, name: ListName): Promise<string[] | null> {
  const found = await categories();
  const list = categoryList(found, category, name);
  return list === null ? null : idsOf(found.items, list);
}

async function segmentsAre(
  segments: SegmentCount[],
  { day = Math.floor(NOW_MS / DAY_MS), tenant = "t" } = {},
) {
  const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const manifest: SegmentManifest = {
    v: 1,
    snapshotId: 1,
    tenants: { [tenant]: "segments/x.json" },
    before: [],
  };
  const counts: SegmentCounts = { v: 1, day, segments };
  await store.put("segments/x.json", bytes(counts));
  await store.put(SEGMENT_MANIFEST, bytes(manifest));
}

beforeEach(async () => {
  await emptied(env.LAKE);
  await migrated(env.DB, "core");
  await migrated(env.PROFILES_0, "profiles");
  for (const { name } of (await env.KV.list()).keys) await env.KV.delete(name);
});

describe("a tenant's lists in one value", () => {
  it("hold the three windows: the current bucket and those before it", async () => {
    await put(["now", "today", "week", "month"].map((item_id) => ({ item_id })));
    await happen("now");
    // 11:59, and 13:01 of the day before: the first hour of the 24.
    await happen("today", { agoMs: 32 * MINUTE_MS });
    await happen("today", { agoMs: 23 * HOUR_MS + 30 * MINUTE_MS });
    await happen("week", { agoMs: 6 * DAY_MS, times: 50 });
    await happen("month", { agoMs: 7 * DAY_MS, times: 50 });
    await refresh();
    expect(await ids("trending_1h")).toEqual(["now"]);
    expect(await ids("trending_24h")).toEqual(["now", "today"]);
    expect(await ids("trending_7d")).toEqual(["week", "today", "now"]);
    expect(await ids("popular")).toEqual(["month", "week", "today", "now"]);
  });

  it("carry each item once, with every field that rules may ask of", async () => {
    const item = {
      ...{ item_id: "a", title: "A", url: "/a", image: "/a.png", price: 2, currency: "EUR", stock: 4 },
      ...{ categories: ["x", "y"], tags: ["t"], brand: "B", published_at: 7, attributes: { size: 3 } },
    };
    await put([item, { item_id: "b", published_at: 8 }]);
    await happen("a");
    await refresh();
    const found = await lists();
    expect(found.items.itemIds).toEqual(["a", "b"]);
    expect(found.items.fields.price).toEqual([2, null]);
    const { item_id: itemId, ...fields } = item;
    expect([...unpacked(found.items, found.lists.popular)]).toEqual([{ itemId, score: 1, fields }]);
    expect([...unpacked(found.items, found.lists.newest)]).toEqual([
      { itemId: "b", score: 8, fields: { published_at: 8 } },
      { itemId: "a", score: 7, fields },
    ]);
  });

  it("are written when they changed, and by the cron once in five minutes", async () => {
    await put([{ item_id: "a", published_at: 1, categories: ["x"] }]);
    const both = [categoriesName("t"), listsName("t")];
    expect(await refresh({ force: false })).toEqual(both);
    await put([{ item_id: "b", published_at: 2 }]);
    expect(await refresh({ nowMs: NOW_MS + MINUTE_MS, force: false })).toEqual([]);
    expect(await refresh({ nowMs: NOW_MS + 5 * MINUTE_MS, force: false })).toEqual([listsName("t")]);
    expect(await ids("newest")).toEqual(["b", "a"]);
    for (let later = 10; later <= 120; later += 5)
      expect(await refresh({ nowMs: NOW_MS + later * MINUTE_MS, force: false })).toEqual([]);
  });

  it("sum days once an hour, unless the site is young, and drop at once what may not be shown", async () => {
    const day = (n: number) => ({ agoMs: 2 * DAY_MS, times: n });
    const many = Array.from({ length: 60 }, (_, n) => `i${n}`);
    await put([...many, "late", "rise"].map((item_id) => ({ item_id, categories: ["x"] })));
    await happen("i0", day(5));
    await refresh({ force: false });
    await happen("i1", day(6));
    await refresh({ nowMs: NOW_MS + 5 * MINUTE_MS, force: false });
    expect(await ids("popular")).toEqual(["i1", "i0"]);
    for (const itemId of many) await happen(itemId, day(1));
    await refresh({ nowMs: NOW_MS + 10 * MINUTE_MS, force: false });
    expect(await ids("popular")).toHaveLength(60);
    await happen("late", day(9));
    await happen("rise", { times: 3 });
    await removeItem(changes, "t", { itemId: "i1", nowMs: NOW_MS });
    await refresh({ nowMs: NOW_MS + 15 * MINUTE_MS, force: false });
    expect((await ids("popular")).slice(0, 2)).toEqual(["i0", "i10"]);
    expect((await categoryIds("x", "popular"))?.slice(0, 2)).toEqual(["i0", "i10"]);
    expect(await ids("trending_1h")).toEqual(["rise"]);
    await refresh({ nowMs: NOW_MS + 30 * MINUTE_MS, force: false });
    expect((await ids("popular")).slice(0, 3)).toEqual(["late", "i0", "rise"]);
  });

  it("stay bounded: items that have no room are left out of the lists that come last", async () => {
    const attributes = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`a${n}`, "x".repeat(490)]));
    const big = Array.from({ length: 60 }, (_, n) => ({ item_id: `i${n}`, published_at: n, attributes }));
    await put(big);
    await happen("i0", { times: 2 });
    await refresh();
    expect(await ids("popular")).toEqual(["i0"]);
    const newest = await ids("newest");
    expect(newest.length).toBeGreaterThan(40);
    expect(newest.length).toBeLessThan(60);
    expect(newest[0]).toBe("i59");
    expect(JSON.stringify(await lists()).length).toBeLessThan(1_100_000);
  });
});

describe("a tenant's lists by category", () => {
  it("hold the same kinds for each category, of its own items only", async () => {
    await put([
      { item_id: "a", categories: ["x"], published_at: 1 },
      { item_id: "b", categories: ["x", "y"], published_at: 2 },
      { item_id: "c", categories: ["z"], published_at: 3 },
      { item_id: "d", published_at: 4 },
    ]);
    await happen("a", { times: 3 });
    await happen("b", { agoMs: 3 * DAY_MS });
    await happen("d", { times: 9 });
    await refresh();
    expect((await categories()).categories.map(({ category }) => category)).toEqual(["x", "y", "z"]);
    expect(await categoryIds("x", "trending_24h")).toEqual(["a"]);
    expect(await categoryIds("x", "trending_7d")).toEqual(["a", "b"]);
    expect(await categoryIds("y", "popular")).toEqual(["b"]);
    expect(await categoryIds("x", "newest")).toEqual(["b", "a"]);
    expect(await categoryIds("z", "popular")).toEqual([]);
    expect(await categoryIds("w", "popular")).toBeNull();
    expect(await categoryIds("__proto__", "popular")).toBeNull();
  });

  it("are those of the most active categories, each of a bounded length", async () => {
    const items = Array.from({ length: 300 }, (_, n) => ({
      item_id: `i${String(n).padStart(3, "0")}`,
      categories: [`c${n % 60}`, "all"],
      published_at: n,
    }));
    await put(items);
    for (const n of [7, 7, 8]) await happen(`i00${n}`);
    await refresh();
    const found = await categories();
    expect(found.categories).toHaveLength(LIST_CATEGORIES_MAX);
    expect(found.categories.slice(0, 3).map(({ category }) => category)).toEqual(["all", "c7", "c8"]);
    expect(await categoryIds("all", "newest")).toHaveLength(CATEGORY_ITEMS_MAX);
    expect(await categoryIds("c7", "newest")).toEqual(["i247", "i187", "i127", "i067", "i007"]);
  });
});

describe("a tenant's segments", () => {
  const de: SegmentCount = {
    ...{ dimension: "country", value: "DE", total: 400 },
    items: [
      { itemId: "b", score: 200 },
      { itemId: "hidden", score: 100 },
      { itemId: "gone", score: 50 },
    ],
  };

  it("are published from their counts, without items that may not be answered", async () => {
    await put([{ item_id: "a" }, { item_id: "b", title: "B" }, { item_id: "hidden", hidden: true }]);
    await happen("a");
    await segmentsAre([de]);
    await refresh();
    const found = await lists();
    const [segment] = found.segments.country ?? [];
    expect(segment).toMatchObject({ value: "DE", total: 400, scores: [200] });
    const answer = segmentTrending(found, { country: "DE" }, 2).map(({ itemId, score }) => [itemId, score]);
    expect(answer).toEqual([
      ["a", 1 - 400 / 600],
      ["b", 400 / 600 / 2],
    ]);
    expect(idsOf(found.items, segment ?? null)).toEqual(["b"]);
  });

  it("decay by whole days, and are bounded by dimension", async () => {
    await put([{ item_id: "b" }]);
    const lands = Array.from({ length: 30 }, (_, n) => ({ ...de, value: `L${n}`, total: 400 + n }));
    await segmentsAre(lands, { day: Math.floor(NOW_MS / DAY_MS) - 3 });
    await refresh();
    const { country = [] } = (await lists()).segments;
    expect(country.map(({ value }) => value)).toEqual(Array.from({ length: 12 }, (_, n) => `L${29 - n}`));
    expect(country[0]).toMatchObject({ total: 214.5, scores: [100] });
    expect(await refresh({ nowMs: NOW_MS + 11 * HOUR_MS, force: false })).toEqual([]);
    expect(await refresh({ nowMs: NOW_MS + 12 * HOUR_MS, force: false })).toEqual([listsName("t")]);
  });

  it("are another tenant's own", async () => {
    await put([{ item_id: "b" }], "other");
    await segmentsAre([de]);
    await refresh({ tenant: "other" });
    expect((await lists("other")).segments).toEqual({});
    await refresh({ tenant: "constructor" });
    expect((await lists("constructor")).segments).toEqual({});
  });
});
