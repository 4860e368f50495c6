import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { DAY_MS, HISTORY_MAX } from "../../src/base/index.ts";
import { makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import { applyEvents, forgetUser, readProfile } from "../../src/features/index.ts";
import { migrated } from "./migrated.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12, 30);
const stores = () => ({ core: env.DB, profiles: [env.PROFILES_0] });
let count = 0;

function event(type: string, atMs: number, fields: Partial<StoredEvent> = {}): StoredEvent {
  const random = Uint8Array.from({ length: 10 }, (_, i) => (++count >>> (8 * (i % 4))) & 255);
  return {
    tenant: "t",
    event_id: makeUuidV7(NOW_MS, random),
    type,
    anonymous_id: "d",
    session_id: "s",
    occurred_at: atMs,
    sent_at: NOW_MS,
    received_at: NOW_MS,
    consent: "granted",
    is_bot: false,
    ...fields,
  };
}

const impression = (atMs: number, ...itemIds: string[]) =>
  event("impression", atMs, { items: itemIds.map((item_id) => ({ item_id })) });
const profile = (subject: string, nowMs = NOW_MS) => readProfile(env.PROFILES_0, "t", [subject], nowMs);

beforeEach(async () => {
  await migrated(env.DB, "core");
  await migrated(env.PROFILES_0, "profiles");
});

it("remembers purchases beyond the newest interactions, for 90 days", async () => {
  const bought = event("purchase", NOW_MS - 60 * DAY_MS, { item_id: "sofa" });
  const long = event("purchase", NOW_MS - 91 * DAY_MS, { item_id: "lamp" });
  const views = Array.from({ length: HISTORY_MAX + 5 }, (_, n) =>
    event("view", NOW_MS - n, { item_id: "v" }),
  );
  await applyEvents(stores(), [bought, long], NOW_MS);
  await applyEvents(stores(), views, NOW_MS);
  const found = await profile("a:d");
  expect(found?.history.every(({ itemId }) => itemId === "v")).toBe(true);
  expect(found?.bought).toEqual([{ itemId: "sofa", atMs: NOW_MS - 60 * DAY_MS }]);
  expect((await profile("a:d", NOW_MS + 31 * DAY_MS))?.bought).toEqual([]);
});

it("counts what was shown in seven UTC days, each impression once, however it is delivered", async () => {
  const shown = [
    impression(NOW_MS - 8 * DAY_MS, "a"),
    impression(NOW_MS - 6 * DAY_MS, "a", "b", "a"),
    impression(NOW_MS - 1_000, "a"),
    impression(NOW_MS - 500, "a", "c"),
  ];
  for (const each of [...shown, ...shown]) await applyEvents(stores(), [each], NOW_MS);
  await Promise.all([shown, shown.toReversed()].map((events) => applyEvents(stores(), events, NOW_MS)));
  expect((await profile("a:d"))?.shown).toEqual([
    { itemId: "b", count: 1, lastAtMs: NOW_MS - 6 * DAY_MS },
    { itemId: "a", count: 1, lastAtMs: Date.UTC(2026, 10, 16) - 1 },
    { itemId: "a", count: 2, lastAtMs: NOW_MS - 500 },
    { itemId: "c", count: 1, lastAtMs: NOW_MS - 500 },
  ]);
  expect((await profile("a:d", NOW_MS + DAY_MS))?.shown).toEqual([
    { itemId: "a", count: 2, lastAtMs: NOW_MS - 500 },
    { itemId: "c", count: 1, lastAtMs: NOW_MS - 500 },
  ]);
});

it("folds both into the user's by identify, and forgets both with the user", async () => {
  const own = { anonymous_id: undefined as never, user_id: "u" };
  await applyEvents(stores(), [impression(NOW_MS, "a"), event("purchase", NOW_MS, { item_id: "x" })], NOW_MS);
  await applyEvents(stores(), [{ ...impression(NOW_MS, "a"), ...own }], NOW_MS);
  await applyEvents(stores(), [event("identify", NOW_MS, { user_id: "u" })], NOW_MS);
  await applyEvents(stores(), [impression(NOW_MS, "b")], NOW_MS);
  expect(await profile("a:d")).toBeNull();
  expect(await profile("u:u")).toMatchObject({
    bought: [{ itemId: "x" }],
    shown: [
      { itemId: "a", count: 2 },
      { itemId: "b", count: 1 },
    ],
  });
  await forgetUser(stores(), "t", { userId: "u", atMs: NOW_MS });
  await applyEvents(stores(), [impression(NOW_MS, "late")], NOW_MS);
  expect(await profile("u:u")).toBeNull();
});

it("writes one row of a visitor, whatever a batch tells of them, and one each for the ids, the counts and the counters", async () => {
  const written: Record<string, number> = {};
  const profiles = {
    prepare: (sql: string) => env.PROFILES_0.prepare(sql),
    async batch(statements: D1PreparedStatement[]) {
      const answers = await env.PROFILES_0.batch(statements);
      for (const { meta } of answers) written.rows = (written.rows ?? 0) + meta.rows_written;
      return answers;
    },
  };
  const told = Array.from({ length: 40 }, (_, n) => [
    impression(NOW_MS - n, "a", "b", `i${n}`),
    event("view", NOW_MS - n, { item_id: `i${n}` }),
    event("purchase", NOW_MS - n, { item_id: `i${n}`, anonymous_id: "e" }),
  ]).flat();
  const counted = { tenant: "t", producer: "p", hour: 1, before: 0, events: told.length };
  await applyEvents({ core: env.DB, profiles: [profiles as never] }, told, NOW_MS, [counted]);
  // Two visitors; the rest is of the batch.
  expect(written.rows).toBe(2 + 3);
});

it("lets batches of one moment through side by side where they share neither an id nor a visitor", async () => {
  let writes = 0;
  let arrived = 0;
  const meet = Promise.withResolvers<void>();
  const profiles = {
    prepare: (sql: string) => env.PROFILES_0.prepare(sql),
    async batch(statements: D1PreparedStatement[]) {
      const answers = await env.PROFILES_0.batch(statements);
      if (answers.some(({ meta }) => meta.rows_written > 0)) writes++;
      else if (++arrived === 2) meet.resolve();
      await meet.promise;
      return answers;
    },
  };
  const of = (device: string) => [event("view", NOW_MS, { item_id: "a", anonymous_id: device })];
  await Promise.all(
    ["d", "e"].map((device) =>
      applyEvents({ core: env.DB, profiles: [profiles as never] }, of(device), NOW_MS),
    ),
  );
  expect([arrived, writes]).toEqual([2, 2]);
  const ids = await env.PROFILES_0.prepare("SELECT count(*) AS n FROM event_ledger").first("n");
  expect(ids).toBe(2);
});
