import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { r2ObjectStore } from "../../src/base/index.ts";
import type { Item } from "../../src/events/index.ts";
import { changedItems, getItem, listItems, replaceItem } from "../../src/features/index.ts";
import { ITEM_CHANGES, type Lake, openLake } from "../../src/lake/index.ts";
import { changeItem, changeItems, removeItem } from "../../src/ops/index.ts";
import { emptied } from "./emptied.ts";
import { migrated } from "./migrated.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);

const core = () => env.DB;
const lake = (): Lake => openLake(r2ObjectStore(env.LAKE));
const ports = () => ({ core: core(), lake: lake() });

const put = (items: Item[], nowMs = NOW_MS, tenant = "t") => changeItems(ports(), tenant, { items, nowMs });

/** What the lake holds of one tenant's items: [id, time, deleted, title]. */
async function lakeItems(tenant: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  const columns = ["item_id", "changed_at", "deleted", "title"] as const;
  await lake().commitPending(ITEM_CHANGES, { nowMs: NOW_MS, force: true });
  for await (const group of lake().scan(ITEM_CHANGES, { tenant, columns })) {
    for (let row = 0; row < group.rows; row++) {
      rows.push(columns.map((column) => group.columns[column][row]));
    }
  }
  return rows;
}

/** The greatest time that the lake has of an item, as often as it has it. */
async function latestInLake(tenant: string, itemId: string): Promise<unknown[]> {
  const times = (await lakeItems(tenant)).map((row) => row as [string, number]);
  const ofItem = times.filter(([id]) => id === itemId).map(([, changedAtMs]) => changedAtMs);
  return ofItem.filter((changedAtMs) => changedAtMs === Math.max(...ofItem));
}

beforeEach(async () => {
  await migrated(core(), "core");
  await migrated(env.PROFILES_0, "profiles");
  await emptied(env.LAKE);
});

describe("items", () => {
  it("come back as they were put, with times", async () => {
    const item: Item = {
      item_id: "a b/ü",
      title: "Title",
      categories: ["x"],
      price: 0,
      stock: 3,
      hidden: false,
      attributes: { size: 4, new: true },
    };
    await put([item]);
    expect(await getItem(core(), "t", item.item_id)).toEqual({
      ...item,
      published_at: NOW_MS,
      updated_at: NOW_MS,
    });
    expect(await getItem(core(), "other", item.item_id)).toBeNull();
  });

  it("are replaced whole, but keep their first published_at when none is given", async () => {
    await put([{ item_id: "a", title: "one", brand: "B" }], 1_000);
    await put([{ item_id: "a", title: "two" }], 2_000);
    expect(await getItem(core(), "t", "a")).toEqual({
      item_id: "a",
      title: "two",
      published_at: 1_000,
      updated_at: 2_000,
    });
    await put([{ item_id: "a", published_at: 5 }], 3_000);
    expect((await getItem(core(), "t", "a"))?.published_at).toBe(5);
  });

  it("come by more than one D1 statement when large, and of two states in one call the last stays", async () => {
    const text = "x".repeat(1_500);
    const items = Array.from({ length: 800 }, (_, n) => ({ item_id: `i${n}`, url: text }));
    await put([...items, { item_id: "i0", url: "last" }]);
    const page = await listItems(core(), "t", { limit: 1_000 });
    expect(page.items).toHaveLength(800);
    expect(page.cursor).toBeUndefined();
    expect((await getItem(core(), "t", "i0"))?.url).toBe("last");
  });

  it("are patched: named fields replaced, null ones taken away, the rest untouched", async () => {
    await put([{ item_id: "a", title: "one", brand: "B", attributes: { size: 4, colour: "red" } }], 1_000);
    const patch = { title: "two", brand: null, attributes: { size: 5 }, published_at: null };
    const patched = { item_id: "a", title: "two", attributes: { size: 5 }, published_at: 1_000 };
    expect(await changeItem(ports(), "t", { itemId: "a", patch, nowMs: 1_000 })).toEqual({
      ...patched,
      updated_at: 1_001,
    });
    expect(await getItem(core(), "t", "a")).toEqual({ ...patched, updated_at: 1_001 });
    expect(await changeItem(ports(), "t", { itemId: "b", patch, nowMs: 1_000 })).toBeNull();
  });

  it("patched by many at once lose no change", async () => {
    await put([{ item_id: "a" }]);
    const patches = [{ title: "t" }, { brand: "b" }, { price: 1 }];
    await Promise.all(
      patches.map((patch) => changeItem(ports(), "t", { itemId: "a", patch, nowMs: NOW_MS })),
    );
    expect(await getItem(core(), "t", "a")).toMatchObject({ title: "t", brand: "b", price: 1 });
  });

  it("patched by twenty at once keep every change, and the lake's latest state is D1's", async () => {
    await put([{ item_id: "a" }]);
    const attributes = Array.from({ length: 9 }, (_, n) => ({ attributes: { n } }));
    const named = { title: "t", url: "u", image: "i", categories: ["c"], tags: ["g"], brand: "b" };
    const more = { price: 1, currency: "EUR", stock: 3, hidden: false, published_at: 7 };
    const fields = { ...named, ...more };
    const patches = [...Object.entries(fields).map(([name, value]) => ({ [name]: value })), ...attributes];
    expect(patches).toHaveLength(20);
    const outcomes = await Promise.all(
      // Clocks of different machines: later calls may come with earlier times.
      patches.map((patch, n) => changeItem(ports(), "t", { itemId: "a", patch, nowMs: NOW_MS - n * 7 })),
    );
    for (const outcome of outcomes) expect(outcome).toMatchObject({ item_id: "a" });
    const stored = await getItem(core(), "t", "a");
    expect(stored).toMatchObject({ ...fields, attributes: { n: expect.any(Number) } });
    expect(await latestInLake("t", "a")).toEqual([stored?.updated_at]);
    expect(outcomes).toContainEqual(stored);
  });

  it("put, patched and deleted at once end as the lake's latest state", async () => {
    await put([{ item_id: "a", title: "0" }]);
    await Promise.all(
      Array.from({ length: 4 }, (_, n) => [
        put([{ item_id: "a", title: `${n}` }], NOW_MS - n),
        changeItem(ports(), "t", { itemId: "a", patch: { brand: `${n}` }, nowMs: NOW_MS }),
        removeItem(ports(), "t", { itemId: "a", nowMs: NOW_MS - n }),
      ]).flat(),
    );
    const [state] = await changedItems(core(), "t", { sinceMs: 0, limit: 10 });
    expect(await latestInLake("t", "a")).toEqual([state?.updated_at]);
    const rows = (await lakeItems("t")) as [string, number, boolean, string | null][];
    const latest = rows.find(([, changedAtMs]) => changedAtMs === state?.updated_at);
    expect(latest?.slice(2)).toEqual([state?.deleted ?? false, state?.title ?? null]);
  });

  it("deleted while a later clock's patch is under way stay deleted in the lake too", async () => {
    await put([{ item_id: "a" }], 1_000);
    let deleted = false;
    const append: Lake["append"] = async (...rows) => {
      const files = await lake().append(...rows);
      if (!deleted) await removeItem(ports(), "t", { itemId: "a", nowMs: 2_000 });
      deleted = true;
      return files;
    };
    const slow = { core: core(), lake: { append } };
    expect(await changeItem(slow, "t", { itemId: "a", patch: { title: "x" }, nowMs: 9_000 })).toBeNull();
    expect(await getItem(core(), "t", "a")).toBeNull();
    const rows = (await lakeItems("t")).map((row) => row as [string, number, boolean]);
    expect(rows.sort((a, b) => a[1] - b[1]).at(-1)?.[2]).toBe(true);
  });

  it("tell a caller whom others never let through to come again", async () => {
    await put([{ item_id: "a" }]);
    let nowMs = NOW_MS;
    const append: Lake["append"] = async (...row) => {
      nowMs += 1_000;
      await core().prepare("UPDATE items SET updated_at = ?").bind(nowMs).run();
      return lake().append(...row);
    };
    const busy = { core: core(), lake: { append } };
    const contended = { error: "contended" };
    expect(await changeItem(busy, "t", { itemId: "a", patch: { title: "x" }, nowMs })).toEqual(contended);
    expect(await removeItem(busy, "t", { itemId: "a", nowMs })).toEqual(contended);
    expect(await changeItems(busy, "t", { items: [{ item_id: "a" }], nowMs })).toEqual(contended);
  });

  it("are replaced only as they were seen", async () => {
    await put([{ item_id: "a" }], 1_000);
    const next = { item_id: "a", title: "x", published_at: 1_000, updated_at: 1_001 };
    expect(await replaceItem(core(), "t", { next, seenMs: 999 })).toBe(false);
    expect(await replaceItem(core(), "t", { next, seenMs: 1_000 })).toBe(true);
  });

  it("leave a tombstone, and may come again", async () => {
    await put([{ item_id: "a" }, { item_id: "b" }], 1_000);
    expect(await removeItem(ports(), "t", { itemId: "a", nowMs: 2_000 })).toBe(true);
    expect(await removeItem(ports(), "t", { itemId: "a", nowMs: 2_000 })).toBe(false);
    expect(await getItem(core(), "t", "a")).toBeNull();
    expect((await listItems(core(), "t", { limit: 10 })).items.map((item) => item.item_id)).toEqual(["b"]);
    expect(await changedItems(core(), "t", { sinceMs: 2_000, limit: 10 })).toEqual([
      { item_id: "a", published_at: 1_000, updated_at: 2_000, deleted: true },
    ]);
    await put([{ item_id: "a", title: "again" }], 3_000);
    expect((await getItem(core(), "t", "a"))?.title).toBe("again");
  });

  it("are listed page by page", async () => {
    await put(["a", "b", "c", "d", "e"].map((item_id) => ({ item_id })));
    const first = await listItems(core(), "t", { limit: 2 });
    expect(first).toMatchObject({ items: [{ item_id: "a" }, { item_id: "b" }], cursor: "b" });
    const last = await listItems(core(), "t", { limit: 3, cursor: "b" });
    expect(last.items.map((item) => item.item_id)).toEqual(["c", "d", "e"]);
    expect(last.cursor).toBeUndefined();
  });

  it("are in the lake, each state with its time", async () => {
    await put([{ item_id: "a", title: "one" }], 1_000);
    await changeItem(ports(), "t", { itemId: "a", patch: { title: "two" }, nowMs: 2_000 });
    await removeItem(ports(), "t", { itemId: "a", nowMs: 3_000 });
    await put([{ item_id: "a", title: "theirs" }], 1_000, "other");
    const rows = (await lakeItems("t")).map((row) => JSON.stringify(row)).sort();
    expect(rows).toEqual(['["a",1000,false,"one"]', '["a",2000,false,"two"]', '["a",3000,true,null]']);
  });

  it("change nothing in D1 when the lake refuses", async () => {
    const refusing: Pick<Lake, "append"> = { append: () => Promise.reject(new Error("R2 is away")) };
    await expect(
      changeItems({ core: core(), lake: refusing }, "t", { items: [{ item_id: "a" }], nowMs: NOW_MS }),
    ).rejects.toThrow("R2 is away");
    expect(await getItem(core(), "t", "a")).toBeNull();
  });
});
