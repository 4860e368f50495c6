import { beforeAll, describe, expect, it } from "vitest";
import { HOUR_MS, type ObjectStore } from "../../src/base/index.ts";
import { modelKey, readManifest } from "../../src/registry/index.ts";
import { type RetrainParams, retrain, runIdOf } from "../../src/retraining/index.ts";
import { settingsHash } from "../../src/retraining/settings-hash.ts";
import { noteSearch } from "../../src/retraining/settings-store.ts";
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

  it("is fitted by other settings, unless a search by them was made on these very files in vain", async () => {
    const settings = { ...QUICK, version: 2, searchEveryHours: 12 };
    const study = { atMs: NOW_MS, trials: 1, figures: {}, interactions: 600 * 12 };
    const searched = { ...study, settings: await settingsHash(settings), inVain: "judged" as const };
    const card = await readManifest(store, "shop", version);
    await noteSearch(store, "shop", searched);
    expect((await run(2, { settings })).ran).toContain("split");
    await noteSearch(store, "shop", { ...searched, snapshots: card?.data.snapshots ?? {} });
    expect((await run(3, { settings })).outcome).toMatchObject({ live: version });
    // The live model's own settings, come back to, are no reason to fit it again.
    expect((await run(4)).outcome).toMatchObject({ live: version });
  });

  it("is not fitted again by settings that its card names, though its recipe is of an earlier search", async () => {
    const key = modelKey("shop", version, "manifest.json");
    const own = (await store.get(key))?.bytes ?? new Uint8Array();
    const settings = { ...QUICK, version: 3, searchEveryHours: 48 };
    const card = { ...(await readManifest(store, "shop", version)), settings: await settingsHash(settings) };
    await store.put(key, new TextEncoder().encode(JSON.stringify(card)));
    expect((await run(5, { settings })).outcome).toMatchObject({ live: version });
    expect((await run(6)).ran).toContain("split");
    await store.put(key, own);
  });

  it("is fitted for whoever asks, by other settings, and once there is one more row", async () => {
    expect((await run(31, { reason: "admin" })).ran).toContain("split");
    expect((await run(32, { settings: { ...QUICK, version: 1, seed: 2 } })).ran).toContain("split");
    await oneMoreEvent(store);
    expect((await run(33)).ran).toContain("split");
  });
});
