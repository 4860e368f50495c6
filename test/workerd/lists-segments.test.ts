import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, r2ObjectStore, SECOND_MS } from "../../src/base/index.ts";
import { makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import {
  applyEvents,
  listsName,
  putItems,
  refreshLists,
  segmentTrending,
  type TenantLists,
  type WithdrawnItems,
  withdrawnName,
  writeWithdrawn,
} from "../../src/features/index.ts";
import { EVENTS, openLake } from "../../src/lake/index.ts";
import { changeItems } from "../../src/ops/index.ts";
import { countSegments, refine } from "../../src/refining/index.ts";
import { emptied } from "./emptied.ts";
import { migrated } from "./migrated.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12, 31);
const store = r2ObjectStore(env.LAKE);
const lake = openLake(store);

let count = 0;
function visit(fields: Partial<StoredEvent>): StoredEvent {
  const n = ++count;
  const random = Uint8Array.from({ length: 10 }, (_, i) => (n >>> (8 * (i % 4))) & 255);
  const at = { occurred_at: NOW_MS, sent_at: NOW_MS, received_at: NOW_MS };
  const made = { tenant: "t", event_id: makeUuidV7(NOW_MS, random), type: "view", session_id: "s" };
  // Each by a device of its own: no session is so busy that it would be a robot's.
  return { ...made, anonymous_id: `d${n}`, ...at, consent: "granted", is_bot: false, ...fields };
}

const times = (n: number, fields: Partial<StoredEvent>) => Array.from({ length: n }, () => visit(fields));

/** As they land: in bronze, and in D1. */
async function land(events: readonly StoredEvent[]): Promise<void> {
  await lake.append(EVENTS, events, { nowMs: NOW_MS });
  await applyEvents({ core: env.DB, profiles: [env.PROFILES_0] }, events, NOW_MS);
  await lake.commitAllPending({ nowMs: NOW_MS, force: true });
  const ports = {
    lake,
    store,
    applyLate: async () => undefined,
    newRunName: () => `r${++count}`,
    clock: () => 0,
  };
  while (!(await refine(ports, { nowMs: NOW_MS, rowsMax: 1_000 })).done);
}

beforeEach(async () => {
  await emptied(env.LAKE);
  await migrated(env.DB, "core");
  await migrated(env.PROFILES_0, "profiles");
  for (const { name } of (await env.KV.list()).keys) await env.KV.delete(name);
});

describe("from events to a new visitor's list", () => {
  it("a land, a device, a part of the day and a referrer have their own favourites", async () => {
    const ids = ["everybody", "german", "mobile", "searched"];
    const items = ids.map((item_id) => ({ item_id, title: item_id, published_at: 1 }));
    await changeItems({ core: env.DB, lake }, "t", { items, nowMs: NOW_MS });
    await land([
      ...times(120, { item_id: "everybody", country: "FR", device: "desktop" }),
      ...times(60, { item_id: "german", country: "DE", device: "desktop" }),
      ...times(60, { item_id: "mobile", country: "FR", device: "mobile" }),
      ...times(60, { item_id: "searched", context: { referrer: "https://www.google.com/" } }),
      ...times(60, { item_id: "mobile", country: "DE", is_bot: true }),
    ]);
    expect(await countSegments({ lake, store }, { nowMs: NOW_MS, run: "a" })).toMatchObject({ tenants: 1 });
    const ports = { core: env.DB, profiles: env.PROFILES_0, kv: env.KV, store };
    await refreshLists(ports, "t", { nowMs: NOW_MS, force: true });
    const lists = (await env.KV.get<TenantLists>(listsName("t"), "json")) as TenantLists;
    const of = (visitor: Parameters<typeof segmentTrending>[1]) =>
      segmentTrending(lists, visitor, 9).map(({ itemId, score }) => [itemId, Number(score.toFixed(4))]);
    // On the whole 120 : 60 : 60 : 60 of 300; Germany's 60 weigh 60 / 260.
    const rest = 200 / 260;
    const share = (part: number, own = 0) => Number((part * rest + own * (1 - rest)).toFixed(4));
    expect(of({})[0]).toEqual(["everybody", 0.4]);
    expect(of({ country: "DE" })).toEqual([
      ["german", share(0.2, 1)],
      ["everybody", share(0.4)],
      ["mobile", share(0.2)],
      ["searched", share(0.2)],
    ]);
    expect(of({ device: "mobile" })[0]).toEqual(["mobile", share(0.2, 1)]);
    expect(of({ referrer: "duckduckgo.com" })[0]).toEqual(["searched", share(0.2, 1)]);
    expect(of({ nowMs: NOW_MS + DAY_MS })[0]).toEqual(["everybody", 0.4]);
    expect(segmentTrending(lists, { country: "DE" }, 1)[0]?.fields).toEqual({
      title: "german",
      published_at: 1,
    });
  });
});

describe("withdrawn items", () => {
  it("are written when they changed, and always while a change is younger than what KV may still show", async () => {
    let writes = 0;
    const put = (name: string, value: string) => {
      writes++;
      return env.KV.put(name, value);
    };
    const kv = { get: env.KV.get.bind(env.KV), put } as unknown as typeof env.KV;
    const write = async (nowMs: number) => {
      writes = 0;
      await writeWithdrawn({ core: env.DB, kv }, "t", nowMs);
      return writes;
    };
    const item = (item_id: string, fields: { hidden?: boolean; updated_at: number }) =>
      putItems(env.DB, "t", [{ item_id, published_at: 1, ...fields }]);
    const named = async () => (await env.KV.get<WithdrawnItems>(withdrawnName("t"), "json"))?.itemIds;
    expect(await write(NOW_MS)).toBe(0);
    await item("a", { hidden: true, updated_at: NOW_MS });
    await item("b", { hidden: true, updated_at: NOW_MS });
    expect(await write(NOW_MS)).toBe(1);
    expect(await named()).toEqual(["a", "b"]);
    expect(await write(NOW_MS + 60 * SECOND_MS)).toBe(1);
    expect(await write(NOW_MS + 121 * SECOND_MS)).toBe(0);
    await item("a", { updated_at: NOW_MS + HOUR_MS });
    expect(await write(NOW_MS + HOUR_MS)).toBe(1);
    expect(await named()).toEqual(["b"]);
    expect(await write(NOW_MS + 26 * HOUR_MS + 1)).toBe(1);
    expect(await named()).toEqual([]);
    expect(await write(NOW_MS + 30 * HOUR_MS)).toBe(0);
  });
});
