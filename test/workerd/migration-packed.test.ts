import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../../src/base/index.ts";
import { makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import {
  applyEvents,
  pruneFeatures,
  readIntakeCounts,
  readLedgerCounts,
  readProfile,
} from "../../src/features/index.ts";
import { migrated } from "./migrated.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12, 30);
const HOUR = Math.floor(NOW_MS / HOUR_MS);
const DAY = Math.floor(NOW_MS / DAY_MS);
const stores = () => ({ core: env.DB, profiles: [env.PROFILES_0] });
const idOf = (n: number) => makeUuidV7(NOW_MS - n * 20_000, new Uint8Array(10).fill(n));

function event(n: number, fields: Partial<StoredEvent> = {}): StoredEvent {
  return {
    tenant: "t",
    event_id: idOf(n),
    type: "view",
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

async function rows(sql: string): Promise<unknown[]> {
  return (await env.PROFILES_0.prepare(sql).all()).results;
}

/** A database as it was left before rows were packed. */
async function before(): Promise<void> {
  await migrated(env.PROFILES_0, "profiles", "0007");
  const entry = (n: number, type: string) =>
    `${String(NOW_MS - n).padStart(16, "0")} ${idOf(n)} ${type}  i${n}`;
  const history = JSON.stringify([entry(3, "view"), entry(2, "purchase"), entry(1, "view")]);
  const session = JSON.stringify([
    [[NOW_MS, NOW_MS, NOW_MS, 1, 0, [[idOf(1), NOW_MS, NOW_MS, "view", ["i1"], 0]]]],
    {},
  ]);
  const run = (sql: string, ...values: unknown[]) => env.PROFILES_0.prepare(sql).bind(...values);
  await env.PROFILES_0.batch([
    ...Array.from({ length: 9 }, (_, n) =>
      run("INSERT INTO event_ledger VALUES ('t', ?, ?, ?)", idOf(n), NOW_MS, HOUR - (n % 2)),
    ),
    run("INSERT INTO intake_counts VALUES (?, 't', 'p', 0, 20), (?, 't', 'p', 20, 5)", HOUR, HOUR),
    run(
      "INSERT INTO profiles (tenant, subject, history, updated_at) VALUES ('t', 'u:u', ?, ?)",
      history,
      NOW_MS,
    ),
    run("INSERT INTO session_activity VALUES ('t', 'a:d', ?, 3, ?)", DAY, session),
    run("INSERT INTO item_hourly (hour, tenant, item_id, views, score) VALUES (?, 't', 'a', 2, 2)", HOUR),
    run(
      "INSERT INTO item_daily (day, tenant, item_id, views, score) VALUES (?, 't', 'a', 5, 5), (?, 't', 'b', 1, 1)",
      DAY,
      DAY - 9,
    ),
    run("INSERT INTO category_hourly (hour, tenant, category, views) VALUES (?, 't', 'x', 2)", HOUR),
    run("INSERT INTO category_daily (day, tenant, category, views) VALUES (?, 't', 'x', 4)", DAY),
  ]);
}

beforeEach(async () => {
  await migrated(env.DB, "core");
  await before();
  await migrated(env.PROFILES_0, "profiles", "0007", { from: true });
});

it("keeps what was counted, hour by hour and day by day, before and after it is folded", async () => {
  for (let run = 0; run < 2; run++) {
    expect(await rows("SELECT hour, item_id, views, score FROM item_hourly")).toEqual([
      { hour: HOUR, item_id: "a", views: 2, score: 2 },
    ]);
    expect(await rows("SELECT day, item_id, views, score FROM item_daily ORDER BY day")).toEqual([
      { day: DAY - 9, item_id: "b", views: 1, score: 1 },
      { day: DAY, item_id: "a", views: 5, score: 5 },
    ]);
    expect(await rows("SELECT hour, category, views FROM category_hourly")).toEqual([
      { hour: HOUR, category: "x", views: 2 },
    ]);
    expect(await rows("SELECT day, category, views FROM category_daily")).toEqual([
      { day: DAY, category: "x", views: 4 },
    ]);
    await pruneFeatures(env.PROFILES_0, NOW_MS);
  }
  expect(await rows("SELECT count(*) AS parts FROM counter_parts")).toEqual([{ parts: 0 }]);
});

it("counts no event again that was applied before, and every other one", async () => {
  await applyEvents(
    stores(),
    Array.from({ length: 10 }, (_, n) => event(n)),
    NOW_MS,
  );
  expect(await rows("SELECT views FROM item_hourly")).toEqual([{ views: 3 }]);
  expect(await rows("SELECT count(DISTINCT event_id) AS ids, count(*) AS n FROM event_ledger")).toEqual([
    { ids: 10, n: 10 },
  ]);
  expect(await readLedgerCounts(env.PROFILES_0, "t", { fromHour: HOUR - 1, toHour: HOUR })).toEqual([
    { hour: HOUR - 1, events: 4 },
    { hour: HOUR, events: 6 },
  ]);
  expect(await readIntakeCounts(env.PROFILES_0, "t", { fromHour: HOUR, toHour: HOUR })).toEqual([
    { hour: HOUR, edge: 25, queue: 25 },
  ]);
});

it("keeps histories and sessions, and knows purchases by the history", async () => {
  const profile = await readProfile(env.PROFILES_0, "t", ["u:u"], NOW_MS);
  expect(profile?.history.map(({ itemId }) => itemId)).toEqual(["i3", "i2", "i1"]);
  expect(profile?.bought).toEqual([{ itemId: "i2", atMs: NOW_MS - 2 }]);
  expect(await readProfile(env.PROFILES_0, "t", ["a:d"], NOW_MS)).toBeNull();
  await applyEvents(stores(), [event(20, { anonymous_id: "d" })], NOW_MS);
  expect(
    await rows("SELECT actor, day, version, activity ->> '$[0][0][3]' AS events FROM session_activity"),
  ).toEqual([{ actor: "a:d", day: DAY, version: 4, events: 2 }]);
});
