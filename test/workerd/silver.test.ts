import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS, r2ObjectStore } from "../../src/base/index.ts";
import { isBeyondLedger, makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import { applyEvents, applyLate, readProfile } from "../../src/features/index.ts";
import { EVENTS, INTERACTIONS, openLake } from "../../src/lake/index.ts";
import { type RefinePorts, refine } from "../../src/refining/index.ts";
import { emptied } from "./emptied.ts";
import { migrated } from "./migrated.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12, 30);
const store = r2ObjectStore(env.LAKE);
const lake = openLake(store);
const features = { core: env.DB, profiles: [env.PROFILES_0] };

let runs = 0;
const ports: RefinePorts = {
  lake,
  store,
  applyLate: (events) => applyLate(features, events, NOW_MS),
  newRunName: () => `run${runs++}`,
  clock: () => 0,
};

/** Made `ageMs` ago and received just now: a device that was offline. */
function event(n: number, ageMs: number): StoredEvent {
  const random = Uint8Array.from({ length: 10 }, (_, i) => (n >>> (8 * (i % 4))) & 255);
  return {
    tenant: "t",
    event_id: makeUuidV7(NOW_MS - ageMs, random),
    type: "purchase",
    session_id: "s",
    anonymous_id: "d",
    item_id: `i${n}`,
    occurred_at: NOW_MS - ageMs,
    sent_at: NOW_MS,
    received_at: NOW_MS,
    consent: "granted",
    is_bot: false,
  };
}

/** As the consumer lands them: all in bronze, and in D1 those that its ledger can tell apart. */
async function land(events: readonly StoredEvent[]): Promise<void> {
  await lake.append(EVENTS, events, { nowMs: NOW_MS });
  const fresh = events.filter((event) => !isBeyondLedger(event, NOW_MS));
  await applyEvents(features, fresh, NOW_MS);
  await lake.commitAllPending({ nowMs: NOW_MS, force: true });
}

async function purchases(): Promise<Record<string, number>> {
  const { results } = await env.PROFILES_0.prepare(
    "SELECT item_id, sum(purchases) AS purchases FROM item_daily GROUP BY 1 ORDER BY 1",
  ).all<{ item_id: string; purchases: number }>();
  return Object.fromEntries(results.map((row) => [row.item_id, row.purchases]));
}

async function history(): Promise<string[]> {
  return (await readProfile(env.PROFILES_0, "t", ["a:d"], NOW_MS))?.history.map(({ itemId }) => itemId) ?? [];
}

beforeEach(async () => {
  await emptied(env.LAKE);
  await migrated(env.DB, "core");
  await migrated(env.PROFILES_0, "profiles");
});

const options = { nowMs: NOW_MS, rowsMax: 1_000 };
const fresh = event(1, HOUR_MS);
const late = event(2, 3 * DAY_MS);
const later = event(3, 4 * DAY_MS);

it("brings late events to D1 by way of silver, each once, however often they come", async () => {
  await land([fresh, late, { ...late }]);
  expect(await purchases()).toEqual({ i1: 1 });
  await refine(ports, options);
  expect(await purchases()).toEqual({ i1: 1, i2: 1 });
  await land([late, later, fresh]);
  await refine(ports, options);
  expect(await purchases()).toEqual({ i1: 1, i2: 1, i3: 1 });
  expect(await history()).toEqual(["i3", "i2", "i1"]);
});

it("counts an event once that landed again too late for landing, whether D1 had taken it or not", async () => {
  const [counted, missed] = [event(4, 48 * HOUR_MS), event(5, 48 * HOUR_MS)].map((each) => {
    const receivedAtMs = NOW_MS - 2 * HOUR_MS;
    return { ...each, received_at: receivedAtMs, sent_at: receivedAtMs };
  }) as [StoredEvent, StoredEvent];
  const firstMs = NOW_MS - 90 * MINUTE_MS;
  await lake.append(EVENTS, [counted, missed], { nowMs: firstMs });
  await applyEvents(features, [counted], firstMs);
  await lake.commitAllPending({ nowMs: firstMs, force: true });
  await refine(ports, { ...options, nowMs: firstMs });
  expect(await purchases()).toEqual({ i4: 1 });
  await land([counted, missed]);
  await refine(ports, options);
  expect(await purchases()).toEqual({ i4: 1, i5: 1 });
});

it("counts none twice when a run dies behind its commit, or while it hands them over", async () => {
  await land([fresh, late]);
  const dying = { ...ports, applyLate: () => Promise.reject(new Error("died before")) };
  await expect(refine(dying, options)).rejects.toThrow("died before");
  expect(await purchases()).toEqual({ i1: 1 });
  await land([later]);
  const forgetful: RefinePorts = {
    ...ports,
    applyLate: async (events) => {
      await ports.applyLate(events);
      throw new Error("died behind");
    },
  };
  await expect(refine(forgetful, options)).rejects.toThrow("died behind");
  await refine(ports, options);
  expect(await purchases()).toEqual({ i1: 1, i2: 1, i3: 1 });
  expect((await store.list("work/")).objects).toEqual([]);
  let rows = 0;
  for await (const batch of lake.scan(INTERACTIONS, { columns: ["event_id"] })) rows += batch.rows;
  expect(rows).toBe(3);
});
