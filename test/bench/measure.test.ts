import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { tally } from "../../scripts/bench/audit.ts";
import { activeMs } from "../../scripts/bench/cpu-profile.ts";
import { percentile, summarise } from "../../scripts/bench/latency.ts";
import { startLoad } from "../../scripts/bench/load.ts";
import { printIngest, printServe } from "../../scripts/bench/report.ts";
import { syntheticBatches } from "../../scripts/bench/synthetic.ts";
import { simulateShop } from "../../scripts/simulate/index.ts";

describe("percentiles", () => {
  it("are by nearest rank", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    expect([0.5, 0.95, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([50, 95, 99, 100]);
    expect([0.01, 0.5, 0.99].map((share) => percentile([7], share))).toEqual([7, 7, 7]);
    expect(percentile([1, 2, 3, 4], 0.5)).toBe(2);
  });

  it("come from the latency rounds together, throughput from the others", () => {
    const latency = [
      { latenciesMs: [3, 1], seconds: 9 },
      { latenciesMs: [2, 4], seconds: 9 },
    ];
    const throughput = [
      { latenciesMs: [50, 50, 50], seconds: 1 },
      { latenciesMs: [50], seconds: 1 },
    ];
    expect(summarise({ latency, throughput })).toEqual({ p50Ms: 2, p95Ms: 4, p99Ms: 4, reqPerSecond: 2 });
  });
});

describe("a CPU profile", () => {
  const nodes = ["(root)", "(idle)", "(program)", "(garbage collector)", "consume"].map(
    (functionName, id) => ({
      id,
      callFrame: { functionName },
    }),
  );
  const [idle, program, collector, code] = [1, 2, 3, 4] as const;

  it("counts samples in code and in garbage collection at the interval the sampler kept, and no other", () => {
    // Between two samples in code: 500, 600 and 600 µs. Before and after them, another Worker had the thread for a second.
    const samples = [idle, code, code, collector, program, idle, code, code, idle];
    const timeDeltas = [0, 1e6, 500, 600, 9e5, 1e6, 1e6, 600, 1e6];
    expect(activeMs({ nodes, samples, timeDeltas })).toBeCloseTo(5 * 0.6);
  });

  it("counts a pause in the midst of code as one sample: the machine ran somebody else", () => {
    const samples = [code, code, code, code, code, code];
    expect(activeMs({ nodes, samples, timeDeltas: [0, 500, 500, 80_000, 500, 500] })).toBe(3);
  });

  it("keeps to the interval where turns are so short that most samples in code stand alone", () => {
    const samples = Array.from({ length: 6 }, () => code);
    const far = 20_000;
    expect(activeMs({ nodes, samples, timeDeltas: [0, far, far, 600, far, far] })).toBeCloseTo(6 * 0.6);
    expect(activeMs({ nodes, samples, timeDeltas: [0, far, far, far, far, far] })).toBe(3);
  });

  it("keeps to a sampler that is late each time", () => {
    const samples = Array.from({ length: 500 }, () => code);
    expect(activeMs({ nodes, samples, timeDeltas: samples.map(() => 2_000) })).toBe(1_000);
  });

  it("of an idle isolate is 0", () => {
    expect(activeMs({ nodes, samples: [idle, idle], timeDeltas: [0, 9] })).toBe(0);
  });
});

describe("the load generator", () => {
  let server: Server;
  afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())));

  async function serve(
    answer: (path: string, body: string) => { status: number; text: string },
  ): Promise<string> {
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (part) => {
        body += part;
      });
      request.on("end", () => {
        const { status, text } = answer(request.url ?? "", body);
        response.writeHead(status).end(text);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it("sends every request once, by GET or POST, and times each", async () => {
    const seen: string[] = [];
    const url = await serve((path, body) => {
      seen.push(`${path} ${body}`);
      return { status: 200, text: "ok" };
    });
    const load = startLoad();
    try {
      const requests = Array.from({ length: 40 }, (_, index) =>
        index % 2 === 0 ? { path: `/${index}` } : { path: `/${index}`, body: `[${index}]` },
      );
      const { latenciesMs, seconds } = await load.run({
        url,
        requests,
        connections: 4,
        refuse: ["degraded"],
      });
      expect(latenciesMs).toHaveLength(40);
      expect(seconds).toBeGreaterThan(0);
      expect(seen.sort()).toEqual(requests.map(({ path, body = "" }) => `${path} ${body}`).sort());
    } finally {
      await load.close();
    }
  });

  it("refuses to measure errors and answers of another kind", async () => {
    const url = await serve((path) => ({ status: path === "/bad" ? 500 : 200, text: '{"degraded":{}}' }));
    const load = startLoad();
    try {
      const order = { url, connections: 1, refuse: ['"degraded"'] };
      await expect(load.run({ ...order, requests: [{ path: "/bad" }] })).rejects.toThrow("/bad answered 500");
      await expect(load.run({ ...order, requests: [{ path: "/" }] })).rejects.toThrow(
        'answered with "degraded"',
      );
    } finally {
      await load.close();
    }
  });
});

describe("the audit", () => {
  const accepted = simulateShop({ seed: 1, nowMs: Date.UTC(2026, 0, 1), scale: "tiny" }).events.slice(0, 500);
  const ids = new Set(accepted.map((event) => event.event_id));
  const count = (type: string) => accepted.filter((event) => event.type === type).length;
  const counts = {
    views: count("view"),
    clicks: count("click"),
    carts: count("add_to_cart"),
    purchases: count("purchase"),
  };
  const without = (id: string | undefined) => new Set([...ids].filter((other) => other !== id));

  it("finds all that landed once", () => {
    expect(tally(accepted, { bronze: ids, known: ids, counts })).toEqual({
      landed: 500,
      lost: 0,
      duplicated: 0,
    });
  });

  it("misses an event at either place, and one that was counted twice", () => {
    const lost = accepted.find((event) => event.type === "search" || event.type === "like")?.event_id;
    const found = { bronze: ids, known: ids, counts };
    expect(tally(accepted, { ...found, bronze: without(lost) })).toMatchObject({ landed: 499, lost: 1 });
    expect(tally(accepted, { ...found, known: without(lost) })).toMatchObject({ landed: 499, lost: 1 });
    const twice = { ...counts, views: counts.views + 1 };
    expect(tally(accepted, { ...found, counts: twice })).toMatchObject({ lost: 0, duplicated: 1 });
  });
});

describe("a synthetic month", () => {
  const endMs = Date.UTC(2026, 0, 31);
  const batches = [...syntheticBatches({ seed: 1, count: 1_000, days: 3, endMs, batchEvents: 90 })];
  const events = batches.flatMap((batch) => batch.events);

  it("has as many events as asked for, each once, over its days", () => {
    expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(1_000);
    const days = events.map(({ received_at }) => Math.floor(received_at / 86_400_000));
    expect(new Set(days).size).toBe(3);
  });

  it("has no event in two days of one batch, and none after the batch's time", () => {
    for (const { atMs, events: own } of batches) {
      expect(new Set(own.map(({ received_at }) => Math.floor(received_at / 86_400_000))).size).toBe(1);
      expect(Math.max(...own.map(({ received_at }) => received_at))).toBeLessThanOrEqual(atMs);
    }
  });
});

describe("the tables", () => {
  it("show what each costs beside the empty Worker", () => {
    const row = { p50Ms: 1, p95Ms: 2, p99Ms: 3.456, reqPerSecond: 4_000 };
    const text = printServe({
      empty: row,
      cached: { ...row, reqPerSecond: 3_000 },
      live: { ...row, reqPerSecond: 1_000 },
    });
    expect(text.split("\n").map((line) => line.trim().split(/ {2,}/))).toEqual([
      ["p50 ms", "p95 ms", "p99 ms", "req/s", "of empty"],
      ["empty", "1.00", "2.00", "3.46", "4000", "100 %"],
      ["cached", "1.00", "2.00", "3.46", "3000", "75 %"],
      ["live", "1.00", "2.00", "3.46", "1000", "25 %"],
    ]);
  });

  it("show losses", () => {
    const report = {
      acceptedPerSecond: 9,
      landedPerSecond: 8,
      accepted: 7,
      landed: 6,
      lost: 1,
      duplicated: 0,
      consumerCpuMsPer1000: 5,
      ackOnly: { landedPerSecond: 16 },
      shareOfAckOnly: 0.5,
    };
    expect(printIngest(report)).toMatch(/^lost +1/m);
    expect(printIngest(report)).toMatch(/50 % +of 16 a second/);
  });
});
