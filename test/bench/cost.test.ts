import type { D1Database } from "@cloudflare/workers-types";
import { describe, expect, it } from "vitest";
import { countedEnv, noCounts } from "../../scripts/bench/cost/counting.ts";
import { TRAFFIC, Visitors } from "../../scripts/bench/cost/traffic.ts";
import type { StoredEvent } from "../../src/events/index.ts";
import { billOf, NO_USAGE, plus, times } from "../../src/ops/index.ts";

describe("a bill", () => {
  it("has each operation on its line, at the published rate", () => {
    const usage = {
      requests: 1_200_000,
      cpuMs: 5_000_000,
      kvReads: 100_000,
      kvWrites: 1_000,
      rowsRead: 50_000_000,
      rowsWritten: 250_000,
      queueOperations: 600_000,
      r2ClassA: 10_000,
      r2ClassB: 100_000,
    };
    expect(billOf(usage)).toEqual({
      workers: 0.36,
      cpu: 0.1,
      kv: 0.055,
      d1: 0.3,
      queue: 0.24,
      r2: 0.081,
      total: 1.136,
    });
    expect(billOf(NO_USAGE).total).toBe(0);
    expect(plus(usage, times(usage, 2))).toEqual(times(usage, 3));
  });
});

describe("the traffic", () => {
  const visitors = new Visitors(TRAFFIC, { tenant: "t", seed: 1 });
  const batches = Array.from({ length: 40 }, () => visitors.batch(1_795_000_000_000));
  const flushes = batches.flatMap(({ bodies }) =>
    bodies.map((body) => (JSON.parse(body) as { events: StoredEvent[] }).events),
  );

  it("is as stated: as many impressions as other events, ten items each, ten events a flush", () => {
    const events = flushes.flat();
    expect(events).toHaveLength(40 * 500);
    expect(new Set(flushes.map(({ length }) => length))).toEqual(new Set([TRAFFIC.eventsPerFlush]));
    const impressions = events.filter(({ type }) => type === "impression");
    expect(impressions).toHaveLength(events.length / 2);
    expect(new Set(impressions.map(({ items }) => items?.length))).toEqual(new Set([TRAFFIC.itemsPerAnswer]));
    expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(events.length);
  });

  it("has each visitor once in a batch, who comes again in others", () => {
    for (const { bodies, flushes: count } of batches) {
      const seen = bodies.map(
        (body) => (JSON.parse(body) as { events: StoredEvent[] }).events[0]?.anonymous_id,
      );
      expect(new Set(seen).size).toBe(count);
    }
    expect(flushes.length / visitors.visitors).toBeGreaterThan(0.6 * TRAFFIC.flushesPerVisit);
  });
});

it("counts what a store is asked as it is billed", async () => {
  const counts = noCounts();
  const meta = { rows_read: 3, rows_written: 2 };
  const statement = { bind: () => statement, all: async () => ({ results: [{ n: 7 }], meta }) };
  const env = countedEnv(
    {
      LAKE: {
        put: async () => null,
        get: async () => null,
        list: async () => null,
        delete: async () => null,
      },
      KV: { get: async () => null, put: async () => null },
      EVENTS: { sendBatch: async () => null },
      DB: {
        prepare: () => statement,
        batch: async (list: unknown[]) => list.map(() => ({ results: [], meta })),
      },
      OTHER: 1,
    },
    counts,
  );
  await Promise.all([
    env.LAKE.put(),
    env.LAKE.list(),
    env.LAKE.get(),
    env.LAKE.delete(),
    env.KV.get(),
    env.KV.put(),
  ]);
  await (env.EVENTS.sendBatch as (messages: unknown[]) => Promise<unknown>)([1, 2, 3]);
  const database = env.DB as unknown as D1Database;
  const insert = database.prepare("INSERT OR IGNORE INTO a (b) VALUES (1)");
  expect(await insert.bind(1).first("n")).toBe(7);
  await database.batch([insert, database.prepare("UPDATE c SET d = 1")]);
  expect(counts).toEqual({
    kvReads: 1,
    kvWrites: 1,
    rowsRead: 9,
    rowsWritten: { a: 4, c: 2 },
    messages: 3,
    r2ClassA: 2,
    r2ClassB: 1,
  });
});
