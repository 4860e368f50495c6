import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import { applyEvents, forgetUser, putItems } from "../../src/features/index.ts";
import { explorer } from "../../src/ops/index.ts";
import { migrated } from "./migrated.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12, 31);
const HOUR_MS = 3_600_000;
const stores = () => ({ core: env.DB, profiles: [env.PROFILES_0] });
const explore = () => explorer({ core: env.DB, profiles: env.PROFILES_0, nowMs: NOW_MS });

let count = 0;
/** What a user did `agoMs` before now. */
function event(user: string, agoMs: number, fields: Partial<StoredEvent> = {}): StoredEvent {
  const atMs = NOW_MS - agoMs;
  const n = ++count;
  const random = Uint8Array.from({ length: 10 }, (_, at) => (n >>> (8 * at)) & 255);
  return {
    ...{ tenant: "t", event_id: makeUuidV7(atMs, random), type: "view", session_id: "s", item_id: "lamp-1" },
    ...{ user_id: user, occurred_at: atMs, sent_at: atMs, received_at: atMs },
    ...{ consent: "granted", is_bot: false },
    ...fields,
  };
}

beforeEach(async () => {
  await migrated(env.DB, "core");
  await migrated(env.PROFILES_0, "profiles");
  const stored = { published_at: 1, updated_at: 1 };
  await putItems(env.DB, "t", [
    { item_id: "lamp-1", title: "Walnut lamp", image: "/lamp.jpg", ...stored },
    { item_id: "rug-1", title: "Rug, lamp black", ...stored },
    { item_id: "vase", ...stored },
  ]);
  await putItems(env.DB, "other", [{ item_id: "lamp-9", title: "Their lamp", ...stored }]);
});

it("tells a user's history newest first, with titles, and nobody else's", async () => {
  const events = [
    event("ann", 3 * HOUR_MS),
    event("ann", 2 * HOUR_MS, { item_id: "gone" }),
    event("ann", HOUR_MS, { type: "purchase", item_id: "rug-1", value: 30 }),
    event("bob", HOUR_MS, { item_id: "vase" }),
  ];
  await applyEvents(stores(), events, NOW_MS);
  expect(await explore().userHistory("t", { userId: "ann", limit: 50 })).toEqual([
    {
      ...{ itemId: "rug-1", type: "purchase", value: 30, title: "Rug, lamp black" },
      occurredAtMs: NOW_MS - HOUR_MS,
    },
    { itemId: "gone", type: "view", occurredAtMs: NOW_MS - 2 * HOUR_MS },
    {
      ...{ itemId: "lamp-1", type: "view", title: "Walnut lamp", image: "/lamp.jpg" },
      occurredAtMs: NOW_MS - 3 * HOUR_MS,
    },
  ]);
  const [newest] = await explore().userHistory("t", { userId: "ann", limit: 1 });
  expect(newest?.itemId).toBe("rug-1");
  expect(await explore().userHistory("other", { userId: "ann", limit: 50 })).toEqual([]);
  expect(await explore().userHistory("t", { userId: "nobody", limit: 50 })).toEqual([]);
});

it("finds users by the beginning of their id, who did something last first; devices and deleted users not", async () => {
  const events = [
    event("ann", 3 * HOUR_MS),
    event("anton", HOUR_MS),
    event("bob", 2 * HOUR_MS),
    event("zoë", 4 * HOUR_MS),
    event("an", 5 * HOUR_MS, { tenant: "other" }),
    event("x", HOUR_MS, { user_id: undefined as never, anonymous_id: "annex" }),
  ];
  await applyEvents(stores(), events, NOW_MS);
  await forgetUser(stores(), "t", { userId: "bob", atMs: NOW_MS });
  const found = (prefix: string, limit = 10) => explore().findUsers("t", { prefix, limit });
  expect(await found("")).toEqual({
    users: [
      { userId: "anton", activeAtMs: NOW_MS - HOUR_MS },
      { userId: "ann", activeAtMs: NOW_MS - 3 * HOUR_MS },
      { userId: "zoë", activeAtMs: NOW_MS - 4 * HOUR_MS },
    ],
    complete: true,
  });
  expect((await found("ann")).users.map(({ userId }) => userId)).toEqual(["ann"]);
  expect((await found("zo")).users.map(({ userId }) => userId)).toEqual(["zoë"]);
  expect((await found("", 1)).users.map(({ userId }) => userId)).toEqual(["anton"]);
  expect(await found("nobody")).toEqual({ users: [], complete: true });
});

it("finds items by the beginning of their id, then by a part of their title in either case", async () => {
  const found = async (text: string, limit = 10) =>
    (await explore().findItems("t", { text, limit })).map(({ itemId }) => itemId);
  expect(await found("lamp")).toEqual(["lamp-1", "rug-1"]);
  expect(await found("LAMP B")).toEqual(["rug-1"]);
  expect(await found("lamp", 1)).toEqual(["lamp-1"]);
  expect(await found("va")).toEqual(["vase"]);
  expect(await found("%")).toEqual([]);
  const [first] = await explore().findItems("t", { text: "walnut", limit: 1 });
  expect(first).toEqual({ itemId: "lamp-1", title: "Walnut lamp", image: "/lamp.jpg" });
});

it("counts what happened to an item, by window", async () => {
  const impression = { type: "impression", item_id: undefined as never };
  const items = [
    { item_id: "lamp-1", position: 0 },
    { item_id: "vase", position: 1 },
  ];
  const events = [
    event("ann", 0),
    event("ann", 3 * HOUR_MS, { type: "click" }),
    event("bob", 40 * HOUR_MS, { type: "purchase" }),
    event("bob", HOUR_MS, { ...impression, items }),
    event("bob", HOUR_MS, { item_id: "vase" }),
  ];
  await applyEvents(stores(), events, NOW_MS);
  const none = { impressions: 0, views: 0, clicks: 0, carts: 0, purchases: 0 };
  expect(await explore().itemCounts("t", "lamp-1")).toEqual({
    "1h": { ...none, views: 1 },
    "24h": { ...none, impressions: 1, views: 1, clicks: 1 },
    "7d": { ...none, impressions: 1, views: 1, clicks: 1, purchases: 1 },
    "30d": { ...none, impressions: 1, views: 1, clicks: 1, purchases: 1 },
  });
  expect((await explore().itemCounts("t", "nothing"))["30d"]).toEqual(none);
});
