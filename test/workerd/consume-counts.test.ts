import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../../src/base/index.ts";
import { makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import {
  applyEvents,
  applyLate,
  type IntakeCount,
  pruneFeatures,
  readIntakeCounts,
  readLedgerCounts,
  recordIntake,
} from "../../src/features/index.ts";
import { migrated } from "./migrated.ts";

const HOUR = 498_000;
const NOW_MS = HOUR * HOUR_MS + 1_000;
const ALL = { fromHour: 0, toHour: 2 * HOUR };

beforeEach(async () => {
  await migrated(env.DB, "core");
  await migrated(env.PROFILES_0, "profiles");
});

function count(fields: Partial<IntakeCount>): IntakeCount {
  return { tenant: "shop", producer: "p", hour: HOUR, before: 0, events: 1, ...fields };
}

function event(n: number, fields: Partial<StoredEvent> = {}): StoredEvent {
  return {
    tenant: "shop",
    event_id: makeUuidV7(NOW_MS, Uint8Array.of(n, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
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

it("counts each message once, however often and in whatever order it comes", async () => {
  const counts = [
    count({ before: 0, events: 20 }),
    count({ before: 20, events: 5 }),
    count({ producer: "q", before: 0, events: 7 }),
    count({ hour: HOUR + 1, before: 0, events: 3 }),
    count({ tenant: "other", before: 0, events: 100 }),
  ];
  await applyEvents({ core: env.DB, profiles: [env.PROFILES_0] }, [event(1)], NOW_MS, counts.slice(2));
  await recordIntake(env.PROFILES_0, counts.slice(0, 3));
  await applyEvents({ core: env.DB, profiles: [env.PROFILES_0] }, [], NOW_MS, counts);
  expect(await readIntakeCounts(env.PROFILES_0, "shop", ALL)).toEqual([
    { hour: HOUR, edge: 32, queue: 32 },
    { hour: HOUR + 1, edge: 3, queue: 3 },
  ]);
  const later = { fromHour: HOUR + 1, toHour: HOUR + 1 };
  expect(await readIntakeCounts(env.PROFILES_0, "shop", later)).toHaveLength(1);
  expect(await readIntakeCounts(env.PROFILES_0, "nobody", ALL)).toEqual([]);
});

it("shows a message that never arrived, by the one after it", async () => {
  await recordIntake(env.PROFILES_0, [count({ before: 0, events: 20 }), count({ before: 45, events: 5 })]);
  expect(await readIntakeCounts(env.PROFILES_0, "shop", ALL)).toEqual([{ hour: HOUR, edge: 50, queue: 25 }]);
});

it("counts the ledger's ids by the hour in which they were received", async () => {
  const events = [event(1), event(2), event(3, { received_at: NOW_MS - HOUR_MS })];
  await applyEvents({ core: env.DB, profiles: [env.PROFILES_0] }, [...events, event(1)], NOW_MS);
  await applyEvents({ core: env.DB, profiles: [env.PROFILES_0] }, events, NOW_MS);
  expect(await readLedgerCounts(env.PROFILES_0, "shop", ALL)).toEqual([
    { hour: HOUR - 1, events: 1 },
    { hour: HOUR, events: 2 },
  ]);
});

it("keeps counts for 31 days", async () => {
  await recordIntake(env.PROFILES_0, [count({}), count({ hour: HOUR + 1 })]);
  expect((await pruneFeatures(env.PROFILES_0, NOW_MS + 30 * DAY_MS)).intake).toBe(0);
  expect((await pruneFeatures(env.PROFILES_0, NOW_MS + 31 * DAY_MS)).intake).toBe(1);
  expect(await readIntakeCounts(env.PROFILES_0, "shop", ALL)).toEqual([
    { hour: HOUR + 1, edge: 1, queue: 1 },
  ]);
});

it("takes what silver found new however old its id is, once, and only into windows that it falls into", async () => {
  const old = makeUuidV7(NOW_MS - 5 * DAY_MS, new Uint8Array(10));
  const late = event(1, { event_id: old, occurred_at: NOW_MS - 5 * DAY_MS, user_id: "ann" });
  await applyEvents({ core: env.DB, profiles: [env.PROFILES_0] }, [late], NOW_MS);
  const sums = () =>
    env.PROFILES_0.prepare(
      "SELECT (SELECT count(*) FROM item_hourly) AS hours, (SELECT sum(views) FROM item_daily) AS views",
    ).first();
  expect(await sums()).toEqual({ hours: 0, views: null });
  await migrated(env.PROFILES_0, "profiles");
  for (let run = 0; run < 2; run++) {
    await applyLate({ core: env.DB, profiles: [env.PROFILES_0] }, [late], NOW_MS);
    expect(await sums()).toEqual({ hours: 0, views: 1 });
  }
  const profile = await env.PROFILES_0.prepare("SELECT subject FROM profiles").all();
  expect(profile.results).toEqual([{ subject: "u:ann" }]);
});
