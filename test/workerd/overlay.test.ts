import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { HOUR_MS, MINUTE_MS, r2ObjectStore, SECOND_MS } from "../../src/base/index.ts";
import { readOverlay } from "../../src/catalogue/index.ts";
import type { Item } from "../../src/events/index.ts";
import { type WithdrawnItems, withdrawnName } from "../../src/features/index.ts";
import { openLake } from "../../src/lake/index.ts";
import { changeItem, changeItems, removeItem } from "../../src/ops/index.ts";
import { promote, publish, rollback } from "../../src/registry/index.ts";
import { flushOverlay, flushOverlays, OVERLAY_INTERVAL_MS } from "../../workers/pipeline-overlay.ts";
import { artifactOf } from "../registry/artifacts.ts";
import { emptied } from "./emptied.ts";
import { migrated } from "./migrated.ts";

const START_MS = Date.UTC(2026, 10, 21, 12);

const ports = () => ({ core: env.DB, store: r2ObjectStore(env.LAKE), kv: env.KV });
const changes = () => ({ core: env.DB, lake: openLake(r2ObjectStore(env.LAKE)) });
const put = (items: Item[], nowMs: number, tenant = "t") => changeItems(changes(), tenant, { items, nowMs });
const flush = (nowMs: number, force = false) => flushOverlay(ports(), "t", { nowMs, force });
const overlay = async (tenant = "t") => (await readOverlay(ports().store, tenant))?.overlay;
const ids = async () => Object.keys((await overlay())?.items ?? {}).sort();

async function goLive(content: string, createdAtMs: number): Promise<void> {
  const { version } = await publish(ports().store, artifactOf(content, { tenant: "t", createdAtMs }));
  expect((await promote(ports().store, "t", version, { nowMs: createdAtMs })).ok).toBe(true);
}

beforeEach(async () => {
  await migrated(env.DB, "core");
  await emptied(env.LAKE);
  for (const { name } of (await env.KV.list()).keys) await env.KV.delete(name);
});

describe("the overlay", () => {
  it("holds each item's last state, tombstones too", async () => {
    await put([{ item_id: "a", price: 1 }, { item_id: "b" }], START_MS);
    expect(await flush(START_MS)).toBe(2);
    await changeItem(changes(), "t", { itemId: "a", patch: { price: 2 }, nowMs: START_MS + MINUTE_MS });
    await removeItem(changes(), "t", { itemId: "b", nowMs: START_MS + MINUTE_MS });
    expect(await flush(START_MS + MINUTE_MS)).toBe(2);
    expect(await overlay()).toEqual({
      v: 1,
      writtenAtMs: START_MS + MINUTE_MS,
      items: {
        a: { item_id: "a", price: 2, published_at: START_MS, updated_at: START_MS + MINUTE_MS },
        b: { item_id: "b", published_at: START_MS, updated_at: START_MS + MINUTE_MS, deleted: true },
      },
    });
    expect(await overlay("other")).toBeUndefined();
  });

  it("is written at once after quiet, then at most every ten seconds, and not when nothing changed", async () => {
    expect(await flush(START_MS)).toBeNull();
    await put([{ item_id: "a" }], START_MS);
    expect(await flush(START_MS)).toBe(1);
    expect(await flush(START_MS + HOUR_MS)).toBeNull();
    await put([{ item_id: "b" }], START_MS + HOUR_MS);
    expect(await flush(START_MS + HOUR_MS)).toBe(2);
    await put([{ item_id: "c" }], START_MS + HOUR_MS + SECOND_MS);
    expect(await flush(START_MS + HOUR_MS + SECOND_MS)).toBeNull();
    expect(await flush(START_MS + HOUR_MS + OVERLAY_INTERVAL_MS)).toBe(3);
  });

  it("is claimed by one of many writers at once", async () => {
    await put([{ item_id: "a" }], START_MS);
    const written = await Promise.all(Array.from({ length: 8 }, () => flush(START_MS)));
    expect(written.filter((items) => items !== null)).toEqual([1]);
  });

  it("stays behind when its write fails, so that the next round makes up for it", async () => {
    await put([{ item_id: "a" }], START_MS);
    const away = { ...ports().store, put: () => Promise.reject(new Error("R2 is away")) };
    await expect(
      flushOverlay({ ...ports(), store: away }, "t", { nowMs: START_MS, force: false }),
    ).rejects.toThrow("R2 is away");
    expect(await flushOverlays(ports(), START_MS + MINUTE_MS)).toEqual({ faults: [] });
    expect(await ids()).toEqual(["a"]);
  });

  it("drops what the live model has seen, and takes it back when an older model goes live", async () => {
    await put([{ item_id: "first" }], START_MS);
    await goLive("one", START_MS + HOUR_MS);
    await put([{ item_id: "second" }], START_MS + 2 * HOUR_MS);
    await flushOverlays(ports(), START_MS + 2 * HOUR_MS);
    expect(await ids()).toEqual(["second"]);

    await goLive("two", START_MS + 3 * HOUR_MS);
    await put([{ item_id: "third" }], START_MS + 4 * HOUR_MS);
    await flushOverlays(ports(), START_MS + 4 * HOUR_MS);
    expect(await ids()).toEqual(["third"]);

    await rollback(ports().store, "t", { nowMs: START_MS + 5 * HOUR_MS });
    await flushOverlays(ports(), START_MS + 5 * HOUR_MS);
    expect(await ids()).toEqual(["second", "third"]);
  });

  it("names withdrawn items beside it, not those shown again, and writes nothing while there are none", async () => {
    const withdrawn = () => env.KV.get<WithdrawnItems>(withdrawnName("t"), "json");
    const old = { published_at: START_MS - HOUR_MS };
    await put(
      ["a", "b", "c", "d"].map((item_id) => ({ item_id, ...old })),
      START_MS - HOUR_MS,
    );
    await flush(START_MS);
    expect(await withdrawn()).toBeNull();

    await put(
      [
        { item_id: "a", hidden: true },
        { item_id: "b", stock: 0 },
      ],
      START_MS + MINUTE_MS,
    );
    await put([{ item_id: "x", hidden: true }], START_MS + MINUTE_MS, "other");
    await removeItem(changes(), "t", { itemId: "c", nowMs: START_MS + MINUTE_MS });
    await flush(START_MS + MINUTE_MS);
    expect((await withdrawn())?.itemIds.sort()).toEqual(["a", "b", "c"]);

    await changeItem(changes(), "t", {
      itemId: "a",
      patch: { hidden: false },
      nowMs: START_MS + 2 * MINUTE_MS,
    });
    await put([{ item_id: "b" }, { item_id: "c" }], START_MS + 2 * MINUTE_MS);
    await flush(START_MS + 2 * MINUTE_MS);
    expect((await withdrawn())?.itemIds).toEqual([]);
  });

  it("names the items that are new beside it, the newest first, until lists know them", async () => {
    const arrived = async () =>
      (await env.KV.get<WithdrawnItems>(withdrawnName("t"), "json"))?.arrived?.items.itemIds;
    await put([{ item_id: "old", published_at: START_MS - HOUR_MS }], START_MS);
    await put([{ item_id: "x" }], START_MS, "other");
    await flush(START_MS);
    expect(await arrived()).toBeUndefined();
    await put([{ item_id: "a" }], START_MS + SECOND_MS);
    await put(
      [{ item_id: "b" }, { item_id: "c", hidden: true }, { item_id: "d", published_at: START_MS + HOUR_MS }],
      START_MS + MINUTE_MS,
    );
    await flush(START_MS + MINUTE_MS);
    expect(await arrived()).toEqual(["b", "a"]);
    await put([{ item_id: "old", published_at: START_MS - HOUR_MS, price: 2 }], START_MS + 20 * MINUTE_MS);
    await flush(START_MS + 20 * MINUTE_MS);
    expect(await arrived()).toBeUndefined();
  });

  it("tells what items edited lately are like now, the last one first, until lists know it", async () => {
    const edited = async () => (await env.KV.get<WithdrawnItems>(withdrawnName("t"), "json"))?.edited;
    const old = { published_at: START_MS - HOUR_MS };
    const before = ["a", "b", "c"].map((item_id) => ({ item_id, price: 1, brand: "Acme", ...old }));
    await put(before, START_MS - HOUR_MS);
    await flush(START_MS - HOUR_MS / 2);
    expect(await edited()).toBeUndefined();
    await changeItem(changes(), "t", { itemId: "a", patch: { price: 2 }, nowMs: START_MS });
    await put([{ item_id: "x", price: 9 }], START_MS, "other");
    const patch = { brand: null };
    await changeItem(changes(), "t", { itemId: "c", patch, nowMs: START_MS + SECOND_MS });
    await removeItem(changes(), "t", { itemId: "b", nowMs: START_MS + SECOND_MS });
    await flush(START_MS + MINUTE_MS);
    expect(await edited()).toMatchObject({
      itemIds: ["c", "a"],
      fields: { price: [1, 2], brand: [null, "Acme"] },
    });
    await put([{ item_id: "y", hidden: true }], START_MS + 20 * MINUTE_MS);
    await flush(START_MS + 20 * MINUTE_MS);
    expect(await edited()).toBeUndefined();
  });

  it("stays behind while the withdrawn items cannot be told", async () => {
    await put([{ item_id: "a", hidden: true }], START_MS);
    const away = { get: env.KV.get.bind(env.KV), put: () => Promise.reject(new Error("KV is away")) };
    const failing = { ...ports(), kv: away };
    await expect(flushOverlay(failing, "t", { nowMs: START_MS, force: false })).rejects.toThrow("KV is away");
    await flushOverlays(ports(), START_MS + MINUTE_MS);
    expect(await env.KV.get(withdrawnName("t"), "json")).toMatchObject({ itemIds: ["a"] });
  });

  it("keeps the etag when a forced write would change nothing", async () => {
    await put([{ item_id: "a" }], START_MS);
    await flush(START_MS);
    const before = await readOverlay(ports().store, "t");
    expect(await flush(START_MS + HOUR_MS, true)).toBe(1);
    expect((await readOverlay(ports().store, "t"))?.etag).toBe(before?.etag);
  });
});
