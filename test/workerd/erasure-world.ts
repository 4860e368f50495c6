import { env } from "cloudflare:workers";
import { createPrng, DAY_MS, HOUR_MS, MINUTE_MS, r2ObjectStore } from "../../src/base/index.ts";
import { makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import { applyEvents, recordQuarantine } from "../../src/features/index.ts";
import { land } from "../../src/ingest/land.ts";
import { openLake, type Table } from "../../src/lake/index.ts";
import {
  changeItems,
  changeTenant,
  changeUsers,
  createTenant,
  type LakeJob,
  removeUser,
} from "../../src/ops/index.ts";
import { JOBS } from "../../workers/pipeline-jobs.ts";
import { scanRows } from "../lake/rows.ts";
import { emptied } from "./emptied.ts";
import { migrated } from "./migrated.ts";

/** Noon, when both users are deleted. */
export const NOW_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS - 12 * HOUR_MS;
export const LATER_MS = NOW_MS + 2 * DAY_MS;
/** One who is gone for good, and one who comes back under the same id. Names that nothing else holds. */
export const GONE = "gone-7f3e9";
export const BACK = "back-51c0d";
/** Used by GONE alone, by GONE and somebody else, by BACK. */
export const DEVICES = { gone: "dev-gone-a1", shared: "dev-shared-b2", back: "dev-back-c3" };

export const store = r2ObjectStore(env.LAKE);
export const lake = openLake(store);
export const pipeline = env as unknown as PipelineEnv;
const changes = { core: env.DB, lake };
export const stores = { ...changes, profiles: [env.PROFILES_0] };
const config = { ...changes, kv: env.KV };
const prng = createPrng("erasure");

export function event(receivedAtMs: number, fields: Partial<StoredEvent> = {}, ageMs = 1_000): StoredEvent {
  return {
    tenant: "one",
    event_id: makeUuidV7(
      receivedAtMs - ageMs,
      Uint8Array.from({ length: 10 }, () => prng.int(256)),
    ),
    type: "view",
    session_id: "s",
    item_id: `i${prng.int(8)}`,
    occurred_at: receivedAtMs - ageMs,
    sent_at: receivedAtMs,
    received_at: receivedAtMs,
    consent: "granted",
    is_bot: false,
    ...fields,
  };
}

function identify(receivedAtMs: number, userId: string, device: string): StoredEvent {
  const { item_id: _, ...rest } = event(receivedAtMs, {
    type: "identify",
    user_id: userId,
    anonymous_id: device,
  });
  return rest;
}

export async function emptyStores(): Promise<void> {
  await migrated(env.DB, "core");
  await migrated(env.PROFILES_0, "profiles");
  for (const { name } of (await env.KV.list()).keys) await env.KV.delete(name);
}

/** Each batch lands when it was received. */
export async function landed(events: readonly StoredEvent[]): Promise<void> {
  const byHour = Map.groupBy(events, ({ received_at }) => Math.floor(received_at / HOUR_MS));
  for (const [, ofHour] of [...byHour].sort(([a], [b]) => a - b)) {
    const nowMs = Math.max(...ofHour.map(({ received_at }) => received_at));
    for (const [tenant, ofTenant] of Map.groupBy(ofHour, (each) => each.tenant))
      await land([{ tenant, events: ofTenant, misfits: [] }], sinks(nowMs));
  }
}

export const sinks = (nowMs: number) => ({
  lake,
  features: {
    applyEvents: (events: readonly StoredEvent[], atMs: number) => applyEvents(stores, events, atMs),
    recordQuarantine: (rows: Parameters<typeof recordQuarantine>[1]) => recordQuarantine(env.DB, rows),
  },
  nowMs,
});

/** Repeats a job's shares to its end. */
export async function done(job: LakeJob, nowMs: number) {
  for (let share = 0; share < 200; share++) {
    const outcome = await JOBS[job](pipeline, nowMs);
    if (outcome.done) return outcome;
  }
  throw new Error(`${job} is not done`);
}

/** The rows that go with the two users, and a day's worth of others, in bronze, silver and gold; the users are deleted at `NOW_MS`. */
export async function livedThrough(): Promise<{
  erased: StoredEvent[];

  kept: StoredEvent[];
}> {
  await emptyStores();
  await emptied(env.LAKE);
  for (const [index, tenant] of ["one", "two"].entries()) {
    const random = Uint8Array.from({ length: 48 }, (_, i) => (i * 7 + index * 31) & 255);
    await createTenant(config, tenant, {
      options: { origins: [] },
      random,
      nowMs: NOW_MS - 6 * DAY_MS,
      actor: "root",
    });
  }
  const segments = [{ name: "buyers", where: { field: "purchases_30d", gte: 1 } }] as never;
  await changeTenant(config, "one", { change: { segments }, nowMs: NOW_MS - 5 * DAY_MS, actor: "root" });
  const items = Array.from({ length: 8 }, (_, n) => ({
    item_id: `i${n}`,
    categories: [`c${n % 3}`],
    price: n,
  }));
  for (const tenant of ["one", "two"])
    await changeItems({ core: env.DB, lake }, tenant, { items, nowMs: NOW_MS - 5 * DAY_MS });
  const users = [GONE, BACK, "u0"].map((user_id) => ({
    user_id,
    attributes: { plan: `plan of ${user_id}` },
  }));
  await changeUsers(changes, "one", { users, nowMs: NOW_MS - 5 * DAY_MS });

  const erased: StoredEvent[] = [];
  const kept: StoredEvent[] = [];
  for (let day = 4; day >= 0; day--) {
    const atMs = NOW_MS - day * DAY_MS - HOUR_MS;
    for (const [user, device] of [
      [GONE, DEVICES.gone],
      [BACK, DEVICES.back],
    ] as const) {
      erased.push(
        event(atMs, { anonymous_id: device }),
        event(atMs + 1, { user_id: user, type: "purchase" }),
      );
      erased.push(event(atMs + 2, { user_id: user, anonymous_id: device }));
      if (day === 3) erased.push(identify(atMs + MINUTE_MS, user, device));
    }
    erased.push(event(atMs + 3, { anonymous_id: DEVICES.shared }));
    kept.push(event(atMs + 4, { anonymous_id: DEVICES.shared, user_id: "u0", type: "purchase" }));
    for (let n = 0; n < 30; n++) {
      const named = n % 2 === 0 ? { user_id: `u${n % 5}` } : { anonymous_id: `d${n % 7}` };
      kept.push(event(atMs + 5 + n, { tenant: n % 3 === 0 ? "two" : "one", ...named }));
    }
    // Somebody else's customer of the same name.
    kept.push(event(atMs + 50, { tenant: "two", user_id: BACK }));
  }
  erased.push(identify(NOW_MS - 2 * HOUR_MS, GONE, DEVICES.shared));
  // Older than silver takes: in bronze and in quarantine.
  erased.push(event(NOW_MS - HOUR_MS, { user_id: GONE }, 9 * DAY_MS));
  await landed([...erased, ...kept]);
  const text = JSON.stringify({ user_id: GONE, broken: true });
  await land([{ tenant: "one", events: [], misfits: [{ text, detail: "broken" }] }], sinks(NOW_MS - HOUR_MS));
  const othersText = JSON.stringify({ user_id: "u0", broken: true });
  await land(
    [{ tenant: "one", events: [], misfits: [{ text: othersText, detail: "broken" }] }],
    sinks(NOW_MS - HOUR_MS),
  );
  await done("commit", NOW_MS - 1);
  await done("refine", NOW_MS - 1);
  await done("segments", NOW_MS - 1);
  await done("features", NOW_MS - 1);
  for (const userId of [GONE, BACK]) await removeUser(stores, "one", { userId, nowMs: NOW_MS });
  // A client that had no answer sends again what was taken just before.
  const again = erased.filter(({ type }) => type === "purchase").slice(-1);
  await landed(again.map((each) => ({ ...each, received_at: NOW_MS + HOUR_MS, sent_at: NOW_MS + HOUR_MS })));
  // Since then: BACK is back, first unnamed.
  const since = [
    event(NOW_MS + HOUR_MS, { anonymous_id: DEVICES.back }),
    event(NOW_MS + 2 * HOUR_MS, { user_id: BACK }),
    event(NOW_MS + 2 * HOUR_MS, { user_id: "u1" }),
  ];
  await landed(since);
  await done("commit", NOW_MS + 3 * HOUR_MS);
  return { erased, kept: [...kept, ...since] };
}

export const rowsOf = <Row extends object>(table: Table<Row>) => scanRows(lake, table);
