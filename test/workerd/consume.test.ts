import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeEach, expect, it } from "vitest";
import { createPrng, HOUR_MS, listAll, type Prng, r2ObjectStore } from "../../src/base/index.ts";
import { makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import { applyEvents, readIntakeCounts, recordQuarantine } from "../../src/features/index.ts";
import { consume, IntakeProducer, type Sinks } from "../../src/ingest/index.ts";
import { packEvents } from "../../src/ingest/pack.ts";
import { EVENTS, openLake } from "../../src/lake/index.ts";
import { queueTwin } from "../ingest/queue-twin.ts";
import { migrated } from "./migrated.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12, 30);
const store = r2ObjectStore(env.LAKE);

/** Few items, users and devices, so that sums meet; a device belongs to one user. Some ids are too old for the ledger. */
function randomEvents(prng: Prng, count: number): StoredEvent[] {
  return Array.from({ length: count }, (_, n) => {
    const receivedAtMs = NOW_MS - prng.int(3 * HOUR_MS);
    const device = prng.int(4);
    const ageMs = prng.next() < 0.1 ? 60 * HOUR_MS : prng.int(10_000);
    const random = Uint8Array.from({ length: 10 }, () => prng.int(256));
    return {
      tenant: prng.pick(["one", "two"]),
      event_id: makeUuidV7(receivedAtMs - ageMs, random),
      type: prng.next() < 0.1 ? "identify" : prng.pick(["view", "click", "purchase", "impression"]),
      session_id: "s",
      item_id: `i${prng.int(5)}`,
      anonymous_id: `d${device}`,
      ...(prng.next() < 0.3 || n === 0 ? { user_id: `u${device}` } : {}),
      occurred_at: receivedAtMs - ageMs,
      sent_at: receivedAtMs,
      received_at: receivedAtMs,
      consent: "granted" as const,
      is_bot: false,
    };
  }).map((event) =>
    event.type === "identify" ? { ...event, user_id: `u${event.anonymous_id.slice(1)}` } : event,
  );
}

function bodiesOf(events: readonly StoredEvent[], size: number, name = "p"): string[] {
  const bodies: string[] = [];
  const producer = new IntakeProducer(() => name);
  for (const ofTenant of Map.groupBy(events, ({ tenant }) => tenant).values()) {
    for (let i = 0; i < ofTenant.length; i += size) {
      const [tenant, part] = [ofTenant[i]?.tenant ?? "", ofTenant.slice(i, i + size)];
      const claim = producer.claim(tenant, NOW_MS, part.length);
      bodies.push(...packEvents(tenant, part, claim).map(({ body }) => body));
    }
  }
  return bodies;
}

interface Kills {
  prng: Prng;
  /** Likelihood of dying after the puts, before D1; and after D1's commit, before the acks. */
  beforeD1: number;
  afterD1: number;
}

function sinks(kills?: Kills): Sinks {
  return {
    lake: openLake(store),
    features: {
      applyEvents: async (events, nowMs, counts) => {
        if (kills !== undefined && kills.prng.next() < kills.beforeD1) throw new Error("killed before D1");
        await applyEvents({ core: env.DB, profiles: [env.PROFILES_0] }, events, nowMs, counts);
        if (kills !== undefined && kills.prng.next() < kills.afterD1) throw new Error("killed after D1");
      },
      recordQuarantine: (rows) => recordQuarantine(env.DB, rows),
    },
    nowMs: NOW_MS,
  };
}

/** Every count and list that serving reads, and what was set aside. */
async function state(): Promise<unknown> {
  const tables = [
    "SELECT tenant, event_id FROM event_ledger ORDER BY 1, 2",
    "SELECT * FROM item_hourly ORDER BY 1, 2, 3",
    "SELECT * FROM item_daily ORDER BY 1, 2, 3",
    "SELECT * FROM profiles ORDER BY 1, 2",
    "SELECT tenant, anonymous_id, user_id FROM identity_links ORDER BY 1, 2",
  ];
  const answers = await env.PROFILES_0.batch(tables.map((sql) => env.PROFILES_0.prepare(sql)));
  const aside = await env.DB.prepare("SELECT tenant, event_id, reason FROM quarantine ORDER BY 1, 2").all();
  return [...answers.map(({ results }) => results), aside.results];
}

async function bronzeIds(): Promise<Set<string>> {
  const ids = new Set<string>();
  const lake = openLake(store);
  await lake.commitPending(EVENTS, { nowMs: NOW_MS, force: true });
  for await (const { columns, rows } of lake.scan(EVENTS, { columns: ["tenant", "event_id"] })) {
    for (let i = 0; i < rows; i++) ids.add(`${columns.tenant[i]}/${columns.event_id[i]}`);
  }
  return ids;
}

/** What edge and Queue say that they accepted and delivered, in events over both tenants. */
async function delivered(): Promise<{ edge: number; queue: number }> {
  const sums = { edge: 0, queue: 0 };
  for (const tenant of ["one", "two"]) {
    const hours = await readIntakeCounts(env.PROFILES_0, tenant, { fromHour: 0, toHour: NOW_MS / HOUR_MS });
    for (const { edge, queue } of hours) {
      sums.edge += edge;
      sums.queue += queue;
    }
  }
  return sums;
}

async function empty(): Promise<void> {
  await migrated(env.PROFILES_0, "profiles");
  await migrated(env.DB, "core");
  const keys: string[] = [];
  for await (const { key } of listAll(store, "")) keys.push(key);
  await store.delete(keys);
}

beforeEach(empty);

it("gives the same counts however messages are grouped, repeated, killed or consumed at once", async () => {
  const run = fc.record({
    seed: fc.integer(),
    events: fc.integer({ min: 5, max: 80 }),
    messageSize: fc.integer({ min: 1, max: 20 }),
    batchSize: fc.integer({ min: 1, max: 10 }),
    beforeD1: fc.constantFrom(0, 0.3),
    afterD1: fc.constantFrom(0, 0.3),
    consumers: fc.constantFrom(1, 2),
  });
  await fc.assert(
    fc.asyncProperty(run, async (plan) => {
      const prng = createPrng(plan.seed);
      const events = randomEvents(prng, plan.events);
      await empty();
      const whole = queueTwin(createPrng(0), bodiesOf(events, 1_000));
      while (whole.size > 0) await consume(whole.deliver(100), sinks());
      const expected = await state();

      await empty();
      // A client's retry: the same event in a second message, with other neighbours.
      const retried = prng.shuffle([...events]).slice(0, Math.ceil(events.length / 3));
      const queue = queueTwin(prng, [
        ...bodiesOf(prng.shuffle([...events]), plan.messageSize),
        ...bodiesOf(retried, plan.messageSize, "q"),
      ]);
      while (queue.size > 0) {
        const consumers = Array.from({ length: plan.consumers }, () => queue.deliver(plan.batchSize));
        await Promise.all(consumers.map((batch) => consume(batch, sinks({ prng, ...plan }))));
      }
      expect(await state()).toEqual(expected);
      expect(await delivered()).toEqual({
        edge: events.length + retried.length,
        queue: events.length + retried.length,
      });
      expect(await bronzeIds()).toEqual(
        new Set(events.map(({ tenant, event_id }) => `${tenant}/${event_id}`)),
      );
    }),
    { numRuns: 15, seed: 20261121 },
  );
});

it("acks nothing when the lake fails, and D1 sees nothing of it", async () => {
  const prng = createPrng("lake");
  const queue = queueTwin(prng, bodiesOf(randomEvents(prng, 20), 5));
  const before = await state();
  const failing: Sinks = { ...sinks(), lake: { append: () => Promise.reject(new Error("R2 is away")) } };
  const messages = queue.deliver(3);
  const { acked, retried, faults } = await consume(messages, failing);
  expect({ acked, retried, faults }).toEqual({ acked: 0, retried: 3, faults: ["3 messages: R2 is away"] });
  expect(await state()).toEqual(before);
});
