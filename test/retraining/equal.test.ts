import { beforeAll, describe, expect, it } from "vitest";
import type { ObjectStore } from "../../src/base/index.ts";
import {
  listVersions,
  type Manifest,
  modelKey,
  readManifest,
  readPointer,
} from "../../src/registry/index.ts";
import { retrain, runIdOf } from "../../src/retraining/index.ts";
import { BUSY, params, ports, published, QUICK, shop, steps } from "./runs.ts";
import { NOW_MS } from "./shop-events.ts";

/** Versions are named by the second. */
const MINUTE_MS = 60_000;

const at = (requestedAtMs: number) => ({ requestedAtMs, runId: runIdOf("shop", "test", requestedAtMs) });

describe("a run that comes to what is live already", { timeout: 120_000 }, () => {
  let store: ObjectStore;
  let live: Manifest;

  beforeAll(async () => {
    store = await shop(BUSY);
    const { version } = published(await retrain(ports(store), params(), steps()));
    live = (await readManifest(store, "shop", version)) as Manifest;
  }, 120_000);

  it("publishes nothing, so that a roll-back still leads to another model", async () => {
    const before = await readPointer(store, "shop");
    expect(await retrain(ports(store), params(at(NOW_MS + MINUTE_MS)), steps())).toMatchObject({
      status: "refused",
      reason: `equal to the live model ${live.version}, byte for byte: nothing new to learn from`,
      live: live.version,
    });
    expect(await readPointer(store, "shop")).toEqual(before);
    expect(await listVersions(store, "shop")).toEqual([live.version]);
  });

  it("publishes it where serving weighs histories otherwise", async () => {
    const other = new TextEncoder().encode(JSON.stringify({ ...live, historyWeights: { 4: 9 } }));
    const key = modelKey("shop", live.version, "manifest.json");
    const own = (await store.get(key))?.bytes ?? new Uint8Array();
    await store.put(key, other);
    const outcome = published(await retrain(ports(store), params(at(NOW_MS + 2 * MINUTE_MS)), steps()));
    await store.put(key, own);
    expect((await readManifest(store, "shop", outcome.version))?.hashes).toEqual(live.hashes);
  });

  it("publishes it where other settings have found it: its card says so", async () => {
    const settings = { ...QUICK, version: 1, searchEveryHours: 12 };
    const run = params({ ...at(NOW_MS + 3 * MINUTE_MS), settings });
    const outcome = published(await retrain(ports(store), run, steps()));
    const manifest = await readManifest(store, "shop", outcome.version);
    expect(manifest?.hashes).toEqual(live.hashes);
    expect(manifest?.study?.settings).not.toBe(live.study?.settings);
  });
});
