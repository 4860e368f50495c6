import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { DAY_MS, MINUTE_MS, r2ObjectStore } from "../../src/base/index.ts";
import { makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import {
  applyEvents,
  applyLate,
  pruneFacets,
  pruneFeatures,
  putItems,
  readFeatures,
  readProfile,
  restoreDeletions,
} from "../../src/features/index.ts";
import { openLake } from "../../src/lake/index.ts";
import { removeUser } from "../../src/ops/index.ts";
import { migrated } from "./migrated.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12, 31);
const stores = () => ({ core: env.DB, profiles: [env.PROFILES_0] });

let count = 0;
function event(fields: Partial<StoredEvent>): StoredEvent {
  const n = ++count;
  const atMs = fields.received_at ?? NOW_MS;
  return {
    tenant: "t",
    event_id: makeUuidV7(
      atMs - 100,
      Uint8Array.from({ length: 10 }, (_, i) => (n >>> (8 * i)) & 255),
    ),
    type: "view",
    session_id: "s",
    item_id: "a",
    occurred_at: atMs - 100,
    sent_at: atMs,
    received_at: atMs,
    consent: "granted",
    is_bot: false,
    ...fields,
  };
}

const identify = (fields: Partial<StoredEvent> = {}) =>
  event({ type: "identify", user_id: "u", anonymous_id: "d", item_id: undefined as never, ...fields });
const remove = (nowMs: number) =>
  removeUser({ ...stores(), lake: openLake(r2ObjectStore(env.LAKE)) }, "t", {
    userId: "u",
    nowMs,
  });
const historyOf = async (subject: string) =>
  (await readProfile(env.PROFILES_0, "t", [subject], NOW_MS))?.history.map(({ itemId }) => itemId) ?? [];
const sessionOf = async (actor: string, nowMs: number) =>
  (await readFeatures({ core: env.DB, profiles: env.PROFILES_0 }, { tenant: "t", actor, itemIds: [], nowMs }))
    .session;

beforeEach(async () => {
  await migrated(env.DB, "core");
  await migrated(env.PROFILES_0, "profiles");
});

describe("a deleted user", () => {
  it("leaves no history and no session, neither of their own nor of their devices", async () => {
    const mine = [event({ user_id: "u", device: "mobile" }), event({ anonymous_id: "d", device: "mobile" })];
    await applyEvents(stores(), [...mine, identify(), event({ user_id: "v", device: "mobile" })], NOW_MS);
    expect(await historyOf("u:u")).toEqual(["a", "a"]);
    expect(await sessionOf("a:d", NOW_MS)).toMatchObject({ device: "mobile", session_events: 2 });
    expect(await remove(NOW_MS + 1)).toBe(true);
    expect(await historyOf("u:u")).toEqual([]);
    for (const actor of ["u:u", "a:d"])
      expect(await sessionOf(actor, NOW_MS)).toMatchObject({ device: null, session_events: 0 });
    expect(await historyOf("u:v")).toEqual(["a"]);
    expect(await sessionOf("u:v", NOW_MS)).toMatchObject({ device: "mobile", session_events: 1 });
    expect(await remove(NOW_MS + 2)).toBe(false);
  });

  it("does not come back by events that were received before, and begins anew with those after", async () => {
    await applyEvents(stores(), [identify()], NOW_MS);
    await remove(NOW_MS + MINUTE_MS);
    const old = [event({ user_id: "u" }), event({ anonymous_id: "d" })];
    await applyEvents(stores(), old, NOW_MS + 2 * MINUTE_MS);
    expect(await historyOf("u:u")).toEqual([]);
    expect(await sessionOf("a:d", NOW_MS + 2 * MINUTE_MS)).toMatchObject({ session_events: 0 });
    const views = await env.PROFILES_0.prepare("SELECT sum(views) AS n FROM item_hourly").first("n");
    expect(views).toBe(2);
    const anew = event({ anonymous_id: "d", item_id: "b", received_at: NOW_MS + 3 * MINUTE_MS });
    await applyEvents(stores(), [anew], NOW_MS + 3 * MINUTE_MS);
    expect(await historyOf("u:u")).toEqual(["b"]);
    expect(await sessionOf("a:d", NOW_MS + 3 * MINUTE_MS)).toMatchObject({ session_events: 1 });
  });

  it("stays away when D1 is made again from the lake", async () => {
    const before = event({ anonymous_id: "d" });
    const link = identify();
    const after = event({ user_id: "u", item_id: "b", received_at: NOW_MS + 2 * MINUTE_MS });
    await restoreDeletions(env.PROFILES_0, [{ tenant: "t", userId: "u", deletedAtMs: NOW_MS + MINUTE_MS }]);
    for (const each of [before, link, after]) await applyLate(stores(), [each], NOW_MS + DAY_MS);
    expect(await historyOf("u:u")).toEqual(["b"]);
    expect(await historyOf("a:d")).toEqual([]);
  });
});

describe("pruning", () => {
  it("lets go of sessions and replaced states of items after nine days", async () => {
    const item = { item_id: "a", categories: ["x"], published_at: 1 };
    await putItems(env.DB, "t", [{ ...item, updated_at: NOW_MS }]);
    await putItems(env.DB, "t", [{ ...item, categories: ["y"], updated_at: NOW_MS + 1 }]);
    await putItems(env.DB, "t", [{ ...item, categories: ["y"], stock: 3, updated_at: NOW_MS + 2 }]);
    const states = () => env.DB.prepare("SELECT facets ->> '$[0][0]' AS category FROM item_facets").all();
    expect((await states()).results).toEqual([{ category: "x" }, { category: "y" }]);
    await applyEvents(stores(), [event({ anonymous_id: "d" })], NOW_MS);
    expect((await pruneFeatures(env.PROFILES_0, NOW_MS + 8 * DAY_MS)).sessions).toBe(0);
    expect(await pruneFacets(env.DB, NOW_MS + 8 * DAY_MS)).toBe(0);
    expect((await pruneFeatures(env.PROFILES_0, NOW_MS + 9 * DAY_MS)).sessions).toBe(1);
    expect(await pruneFacets(env.DB, NOW_MS + 9 * DAY_MS + 2)).toBe(1);
    expect((await states()).results).toEqual([{ category: "y" }]);
  });
});
