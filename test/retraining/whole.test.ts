import { beforeAll, describe, expect, it } from "vitest";
import { HOUR_MS, type ObjectStore } from "../../src/base/index.ts";
import { openLake } from "../../src/lake/index.ts";
import { readManifest } from "../../src/registry/index.ts";
import { planRerun, retrain, runIdOf } from "../../src/retraining/index.ts";
import { BUSY, oneMoreEvent, params, ports, published, QUICK, shop, steps } from "./runs.ts";
import { NOW_MS } from "./shop-events.ts";

const ROWS = 600 * 12;
const SAMPLING = { ...QUICK, rowsMax: 6_800 };

const WHOLE = params({ settings: SAMPLING, rowsMax: 1_000_000 });

describe("a run that is given more rows than the settings name", { timeout: 120_000 }, () => {
  let store: ObjectStore;
  let version: string;
  beforeAll(async () => {
    store = await shop(BUSY);
    ({ version } = published(await retrain(ports(store), WHOLE, steps())));
  }, 120_000);

  it("takes them all", async () => {
    const manifest = await readManifest(store, "shop", version);
    expect(manifest?.data.interactions).toBe(ROWS);
    expect(manifest?.data.sampledFrom).toBeUndefined();
  });

  it("is run again on as many rows; by a host that takes fewer it is refused, with what runs it", async () => {
    const request = { tenant: "shop", run: WHOLE.runId, nowMs: NOW_MS };
    const plan = await planRerun({ lake: openLake(store), store }, request);
    if (!plan.ok) throw new Error(plan.error.message);
    const { rerun, seed } = plan.value;
    expect(rerun.settings.rowsMax).toBe(WHOLE.rowsMax);
    const again = (rowsMax: number) => {
      const runId = runIdOf("shop", "rerun", NOW_MS + rowsMax);
      return retrain(ports(store), params({ runId, reason: "rerun", seed, rerun, rowsMax }), steps());
    };
    expect(await again(rerun.settings.rowsMax)).toMatchObject({ status: "reproduced", identical: true });
    expect(await again(1_000)).toMatchObject({
      status: "refused",
      reason: expect.stringContaining("train --whole --run"),
    });
  });

  it("leaves its recipe to the hourly runs after it, which fit it on their sample", async () => {
    const requestedAtMs = NOW_MS + HOUR_MS;
    const runId = runIdOf("shop", "cron", requestedAtMs);
    const hourly = params({ settings: SAMPLING, reason: "cron", runId, requestedAtMs });
    const ran = steps();
    await oneMoreEvent(store);
    await retrain(ports(store), hourly, ran);
    expect(ran.ran).toContain("fit-1");
    expect(ran.ran.filter((name) => name.startsWith("study"))).toEqual([]);
  });
});

describe("a run that takes a sample", () => {
  it("does not take one below the least number of interactions for too little data", async () => {
    const store = await shop();
    const settings = { ...QUICK, rowsMax: 1_000 };
    const outcome = published(await retrain(ports(store), params({ settings }), steps()));
    const manifest = await readManifest(store, "shop", outcome.version);
    expect(manifest?.data.interactions).toBeLessThan(1_000);
    expect(manifest?.data.sampledFrom).toEqual({ interactions: 3_000, users: 200 });
  });
});
