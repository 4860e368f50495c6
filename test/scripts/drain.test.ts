import { describe, expect, it } from "vitest";
import { drainQueues, Flushes } from "../../scripts/local/drain.ts";

describe("draining the local queues", () => {
  it("reads how a batch ended from Miniflare's own line, coloured or not", () => {
    const flushes = new Flushes();
    flushes.read("\u001b[1mQUEUE\u001b[22m lakeshore-events \u001b[31m1/3\u001b[39m (12ms)");
    expect(flushes).toMatchObject({ count: 1, acked: 1, lastFailed: true });
    flushes.read("QUEUE lakeshore-events 2/2 (3ms)");
    flushes.read("Ready on http://127.0.0.1:8787");
    expect(flushes).toMatchObject({ count: 2, acked: 3, lastFailed: false });
  });

  it("does not end while a batch is under way, though nothing waits any more", async () => {
    const flushes = new Flushes();
    const backlog = [2, 2, 0, 0, 0, 0];
    let looks = 0;
    let waits = 0;
    const runtime = {
      flushes,
      backlog: async () => {
        looks++;
        if (looks === 20) flushes.read("QUEUE lakeshore-events 2/2 (1800ms)");
        return backlog.shift() ?? 0;
      },
    };
    expect(await drainQueues(runtime, () => waits++)).toBe(true);
    expect(looks).toBeGreaterThan(20);
    expect(waits).toBe(1);
  });
});
