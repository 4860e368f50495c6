import { beforeAll, describe, expect, it } from "vitest";
import { HOUR_MS, type ObjectStore } from "../../src/base/index.ts";
import { type RetrainParams, retrain, runIdOf } from "../../src/retraining/index.ts";
import { BUSY, oneMoreEvent, params, ports, published, QUICK, shop, steps } from "./runs.ts";
import { NOW_MS } from "./shop-events.ts";

describe("a shop in which nothing has changed since its model was trained", { timeout: 240_000 }, () => {
  let store: ObjectStore;
  let version: string;
  beforeAll(async () => {
    store = await shop(BUSY);
    ({ version } = published(await retrain(ports(store), params(), steps())));
  }, 240_000);

  /** Up to the split, where something is to be split. */
  async function run(hours: number, change: Partial<RetrainParams> = {}) {
    const requestedAtMs = NOW_MS + hours * HOUR_MS;
    const runner = steps((name) => name === "split");
    const runId = runIdOf("shop", change.reason ?? "cron", requestedAtMs);
    const asked = params({ reason: "cron", requestedAtMs, runId, ...change });
    const outcome = await retrain(ports(store), asked, runner).catch(() => null);
    return { outcome, ran: runner.ran };
  }

  it("is not fitted again by the schedule, not even when a search would be due", async () => {
    const unchanged = {
      outcome: { status: "refused", live: version, reason: expect.stringContaining("nothing has changed") },
      ran: ["read", "finish", "record"],
    };
    expect(await run(1)).toMatchObject(unchanged);
    expect(await run(30)).toMatchObject(unchanged);
  });

  it("is fitted for whoever asks, by other settings, and once there is one more row", async () => {
    expect((await run(31, { reason: "admin" })).ran).toContain("split");
    expect((await run(32, { settings: { ...QUICK, version: 1, seed: 2 } })).ran).toContain("split");
    await oneMoreEvent(store);
    expect((await run(33)).ran).toContain("split");
  });
});
