import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import {
  ANSWER_ITEMS_MAX,
  DAY_MS,
  EXCLUDE_MAX,
  HOUR_MS,
  MINUTE_MS,
  r2ObjectStore,
} from "../../src/base/index.ts";
import { type Item, makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import {
  applyEvents,
  listsName,
  pruneFeatures,
  recordQuarantine,
  refreshLists,
  type TenantLists,
  unpacked,
} from "../../src/features/index.ts";
import { openLake } from "../../src/lake/index.ts";
import { changeItems, readStats, removeItem } from "../../src/ops/index.ts";
import { migrated } from "./migrated.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12, 31);

const ports = () => ({ core: env.DB, profiles: env.PROFILES_0, kv: env.KV, store: r2ObjectStore(env.LAKE) });
const changes = () => ({ core: env.DB, lake: openLake(r2ObjectStore(env.LAKE)) });
const put = (items: Item[], tenant = "t") => changeItems(changes(), tenant, { items, nowMs: NOW_MS });
const refresh = (nowMs = NOW_MS, force = true) => refreshLists(ports(), "t", { nowMs, force });

/** The `n`th click on an item, its id made at `NOW_MS`. */
function event(n: number, fields: Partial<StoredEvent> = {}): StoredEvent {
  return {
    tenant: "t",
    event_id: makeUuidV7(
      NOW_MS,
      Uint8Array.from({ length: 10 }, (_, i) => (n >>> (8 * (i % 4))) & 255),
    ),
    type: "click",
    session_id: "s",
    item_id: "a",
    occurred_at: NOW_MS,
    sent_at: NOW_MS,
    received_at: NOW_MS,
    consent: "granted",
    is_bot: false,
    ...fields,
  };
}

let count = 0;
/** New events on one item, so long ago. */
async function happen(
  itemId: string,
  { type = "click", agoMs = 0, times = 1, tenant = "t" } = {},
): Promise<void> {
  const fields = { item_id: itemId, type, tenant, occurred_at: NOW_MS - agoMs };
  const events = Array.from({ length: times }, () => event(++count, fields));
  await applyEvents({ core: env.DB, profiles: [env.PROFILES_0] }, events, NOW_MS);
}

const NAMES = { trending: "trending_24h", popular: "popular", newest: "newest" } as const;

const stored = () => env.KV.get<TenantLists>(listsName("t"), "json");
async function list(kind: keyof typeof NAMES) {
  const found = await stored();
  return found === null ? [] : [...unpacked(found.items, found.lists[NAMES[kind]])];
}
const ids = async (kind: keyof typeof NAMES) => (await list(kind)).map((item) => item.itemId);

beforeEach(async () => {
  await migrated(env.DB, "core");
  await migrated(env.PROFILES_0, "profiles");
  for (const { name } of (await env.KV.list()).keys) await env.KV.delete(name);
});

describe("materialised lists", () => {
  it("rank trending by the day's weighted interactions, the newer hours more", async () => {
    await put(["old", "new", "bought", "yesterday"].map((item_id) => ({ item_id })));
    await happen("old", { agoMs: 12 * HOUR_MS, times: 3 });
    await happen("new");
    await happen("bought", { type: "purchase" });
    await happen("yesterday", { agoMs: 24 * HOUR_MS, times: 50 });
    await refresh();
    expect((await list("trending")).map(({ itemId, score }) => [itemId, score])).toEqual([
      ["bought", 5],
      ["new", 1],
      ["old", 0.75],
    ]);
  });

  it("rank popular over 31 days, and carry the fields that answers need", async () => {
    await put([{ item_id: "a", title: "A", price: 2, stock: 4, published_at: 7 }, { item_id: "b" }]);
    await happen("b", { agoMs: DAY_MS });
    await happen("a", { agoMs: 30 * DAY_MS, times: 2 });
    await refresh();
    expect(await list("popular")).toEqual([
      { itemId: "a", score: 2, fields: { title: "A", price: 2, published_at: 7, stock: 4 } },
      { itemId: "b", score: 1, fields: { published_at: NOW_MS } },
    ]);
  });

  it("leave out what may not be answered, is unknown, or is another tenant's", async () => {
    await put([
      { item_id: "ok" },
      { item_id: "hidden", hidden: true },
      { item_id: "sold", stock: 0 },
      { item_id: "gone" },
    ]);
    await put([{ item_id: "theirs" }], "other");
    await removeItem(changes(), "t", { itemId: "gone", nowMs: NOW_MS });
    for (const item of ["ok", "hidden", "sold", "gone", "unknown"]) await happen(item);
    await happen("theirs", { tenant: "other" });
    await refresh();
    for (const kind of ["trending", "popular", "newest"] as const) expect(await ids(kind)).toEqual(["ok"]);
  });

  it("look past a thousand hidden favourites", async () => {
    const hidden = Array.from({ length: 1_000 }, (_, n) => ({ item_id: `h${n}`, hidden: true }));
    await put([...hidden, { item_id: "shown" }]);
    const clicks = hidden.flatMap(({ item_id }) => [
      event(++count, { item_id }),
      event(++count, { item_id }),
    ]);
    await applyEvents({ core: env.DB, profiles: [env.PROFILES_0] }, clicks, NOW_MS);
    await happen("shown");
    await refresh();
    expect(await ids("popular")).toEqual(["shown"]);
  });

  it("show the newest published items, none from the future", async () => {
    await put([
      { item_id: "b", published_at: 2 },
      { item_id: "a", published_at: 1 },
      { item_id: "c", published_at: NOW_MS + 1 },
    ]);
    expect(await refresh()).toEqual({ trending: 0, popular: 0, newest: 2 });
    expect(await ids("newest")).toEqual(["b", "a"]);
    expect(await ids("trending")).toEqual([]);
  });

  it("hold enough of the newest for the longest answer beside an item, with the most that may be excluded", async () => {
    await put(Array.from({ length: 700 }, (_, n) => ({ item_id: `i${n}`, published_at: n })));
    expect(await refresh()).toEqual({ trending: 0, popular: 0, newest: ANSWER_ITEMS_MAX + EXCLUDE_MAX + 1 });
  });

  it("are written when they changed, and by the cron once in five minutes", async () => {
    await put([{ item_id: "a", published_at: 1 }]);
    await refresh(NOW_MS, false);
    await put([{ item_id: "b", published_at: 2 }]);
    await refresh(NOW_MS + MINUTE_MS, false);
    expect(await ids("newest")).toEqual(["a"]);
    await refresh(NOW_MS + MINUTE_MS, true);
    expect(await ids("newest")).toEqual(["b", "a"]);
    await refresh(NOW_MS + 10 * MINUTE_MS, false);
    expect((await stored())?.createdAtMs).toBe(NOW_MS + MINUTE_MS);
  });
});

describe("pruning", () => {
  it("deletes what lies behind the windows and the ledger, and nothing else", async () => {
    await happen("a");
    await happen("b", { tenant: "other" });
    expect(await pruneFeatures(env.PROFILES_0, NOW_MS)).toEqual({
      ledger: 0,
      hours: 0,
      days: 0,
      sessions: 0,
      intake: 0,
    });
    expect(await pruneFeatures(env.PROFILES_0, NOW_MS + 50 * HOUR_MS)).toEqual({
      ledger: 2,
      hours: 2,
      days: 0,
      sessions: 0,
      intake: 0,
    });
    expect(await pruneFeatures(env.PROFILES_0, NOW_MS + 31 * DAY_MS)).toEqual({
      ledger: 0,
      hours: 0,
      days: 2,
      sessions: 0,
      intake: 0,
    });
  });

  it("works in chunks", async () => {
    await env.PROFILES_0.prepare(
      `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 12000)
       INSERT INTO counter_shards (size, bucket, tenant, kind, shard, counts) SELECT 'hour', 1, 't', 'item', n, '{}' FROM n`,
    ).run();
    expect((await pruneFeatures(env.PROFILES_0, NOW_MS)).hours).toBe(12_000);
  });

  it("lets no event count twice, however late it comes again", async () => {
    const total = () => env.PROFILES_0.prepare("SELECT sum(score) AS score FROM item_daily").first("score");
    for (const hours of [0, 1, 47, 48, 49, 50, 72]) {
      const nowMs = NOW_MS + hours * HOUR_MS;
      await pruneFeatures(env.PROFILES_0, nowMs);
      await applyEvents(
        { core: env.DB, profiles: [env.PROFILES_0] },
        [event(1, { sent_at: nowMs, received_at: nowMs })],
        nowMs,
      );
      expect(await total()).toBe(1);
    }
  });
});

describe("quarantine and statistics", () => {
  it("count distinct ids, by tenant", async () => {
    const row = (eventId: string, tenant = "t") => ({ tenant, eventId, reason: "too late", atMs: NOW_MS });
    await recordQuarantine(env.DB, [row("1"), row("2"), row("1"), row("1", "other")]);
    await recordQuarantine(env.DB, [row("2"), { ...row("3"), reason: "x".repeat(5_000) }]);
    await put([{ item_id: "a" }, { item_id: "b" }]);
    await removeItem(changes(), "t", { itemId: "a", nowMs: NOW_MS });
    await happen("b", { times: 3 });
    await happen("b", { tenant: "other" });
    const stats = await readStats({ core: env.DB, profiles: env.PROFILES_0 }, "t");
    expect(stats).toEqual({ featureEvents: 3, quarantined: 3, items: 1, users: 0 });
  });
});
