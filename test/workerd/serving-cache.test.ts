import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { DAY_MS } from "../../src/base/index.ts";
import {
  categoriesName,
  listsName,
  putItems,
  type TenantLists,
  writeWithdrawn,
} from "../../src/features/index.ts";
import {
  cacheApiOwnLists,
  cacheApiSeenLists,
  kvLists,
  type LastGoodList,
  type RankedList,
} from "../../src/serving/index.ts";
import { migrated } from "./migrated.ts";

const NOW_MS = 1_700_000_000_000;

function tenantLists(itemId: string): TenantLists {
  const none = { at: [], scores: [] };
  return {
    v: 1,
    createdAtMs: NOW_MS,
    items: { itemIds: [itemId], fields: { title: [itemId] } },
    lists: {
      ...{ trending_1h: none, trending_24h: { at: [0], scores: [1] }, trending_7d: none },
      ...{ popular: none, newest: none },
    },
    segments: {},
  };
}

const ALL = { categories: false };

function lastGood(createdAtMs: number, itemId: string): LastGoodList {
  return { v: 1, createdAtMs, modelVersion: "m1", items: [{ itemId, score: 1 }] };
}

describe("lists in KV", () => {
  it("reads all lists of a tenant, and none of another's", async () => {
    const categories = { v: 1, createdAtMs: NOW_MS, items: { itemIds: [], fields: {} }, categories: [] };
    await env.KV.put(listsName("shore"), JSON.stringify(tenantLists("t1")));
    await env.KV.put(categoriesName("shore"), JSON.stringify(categories));
    await env.KV.put(listsName("hill"), JSON.stringify(tenantLists("h1")));
    const store = kvLists(env.KV, () => NOW_MS);
    const nothing = { lastGood: null, lists: null, categories: null, withdrawn: null };
    expect(await store.read("shore", ALL)).toEqual({ ...nothing, lists: tenantLists("t1") });
    expect(await store.read("shore", { categories: true })).toEqual({
      ...nothing,
      lists: tenantLists("t1"),
      categories,
    });
    expect(await store.read("hill", { categories: true })).toEqual({ ...nothing, lists: tenantLists("h1") });
    expect(await store.read("shor", ALL)).toEqual(nothing);
  });

  it("reads the withdrawn items that the pipeline wrote, in the same read", async () => {
    await migrated(env.DB, "core");
    const hidden = { item_id: "gone", published_at: 1, updated_at: NOW_MS, hidden: true };
    await putItems(env.DB, "cliff", [hidden, { item_id: "here", published_at: 1, updated_at: NOW_MS }]);
    expect(await writeWithdrawn({ core: env.DB, kv: env.KV }, "cliff", NOW_MS)).toBe(1);
    const { withdrawn } = await kvLists(env.KV, () => NOW_MS).read("cliff", ALL);
    expect(withdrawn?.itemIds).toEqual(["gone"]);
    expect(withdrawn?.sinceMs).toBeLessThan(NOW_MS - DAY_MS);
  });

  it("keeps one last good list per tenant, and leaves a young one as it is", async () => {
    let nowMs = NOW_MS;
    const store = kvLists(env.KV, () => nowMs);
    await store.writeLastGood("lake", lastGood(nowMs, "a"));
    expect((await store.read("lake", ALL)).lastGood).toEqual(lastGood(NOW_MS, "a"));
    nowMs += 299_999;
    await store.writeLastGood("lake", lastGood(nowMs, "b"));
    expect((await store.read("lake", ALL)).lastGood?.items[0]?.itemId).toBe("a");
    nowMs += 1;
    await store.writeLastGood("lake", lastGood(nowMs, "c"));
    expect((await store.read("lake", ALL)).lastGood?.items[0]?.itemId).toBe("c");
    expect((await store.read("hill", ALL)).lastGood).toBeNull();
  });
});

describe("lists in the Cache API", () => {
  it("gives back what was put, under its own key only", async () => {
    const seen = cacheApiSeenLists(() => caches.default);
    const ranked: RankedList = {
      modelVersion: "m1",
      overlayEtag: null,
      items: [{ itemId: "ä/1", score: 0.5, fields: { price: 3 } }],
    };
    await seen.put("shore/m1/none/abc", ranked);
    expect(await seen.get("shore/m1/none/abc")).toEqual(ranked);
    for (const key of ["hill/m1/none/abc", "shore/m2/none/abc", "shore/m1/e1/abc", "shore/m1/none/abd"]) {
      expect(await seen.get(key)).toBeNull();
    }
  });

  it("keeps an owner's last list apart from them, by its tenant and owner", async () => {
    const own = cacheApiOwnLists(() => caches.default);
    const list = {
      ...{ modelVersion: "m1", overlayEtag: null, items: [{ itemId: "a", score: 1 }] },
      ...{ rankedAtMs: NOW_MS, usesStored: true },
    };
    await own.put("shore/abc", list);
    expect(await own.get("shore/abc")).toEqual(list);
    for (const key of ["hill/abc", "shore/abd"]) expect(await own.get(key)).toBeNull();
    expect(await cacheApiSeenLists(() => caches.default).get("shore/abc")).toBeNull();
  });
});
