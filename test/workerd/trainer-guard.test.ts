import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { HOUR_MS, r2ObjectStore } from "../../src/base/index.ts";
import { recordServed } from "../../src/features/index.ts";
import { readServing } from "../../src/ops/index.ts";
import { promote, publish, readPointer } from "../../src/registry/index.ts";
import { guardLive } from "../../workers/trainer-guard.ts";
import { artifactOf } from "../registry/artifacts.ts";
import { landShop, makeCurrent } from "../retraining/landed.ts";
import { listEvent } from "../retraining/list-events.ts";
import { NOW_MS } from "../retraining/shop-events.ts";
import { emptied } from "./emptied.ts";
import { migrated } from "./migrated.ts";

const store = r2ObjectStore(env.LAKE);
const PROMOTED_MS = NOW_MS - 2 * HOUR_MS;

const trainer = {
  ...env,
  PIPELINE: { serving: (tenant: string) => readServing(env.PROFILES_0, tenant, NOW_MS) },
} as unknown as TrainerEnv;

/** Two versions, and visitors' word that the model has failed since the second went live. */
async function failingSite(): Promise<{ old: string; live: string }> {
  const [old = "", live = ""] = await Promise.all(
    [1, 2].map(async (at) => {
      const artifact = artifactOf(`${at}`, { tenant: "shop", createdAtMs: at * 1_000 });
      return (await publish(store, artifact)).version;
    }),
  );
  await promote(store, "shop", old, { nowMs: PROMOTED_MS - 5 * HOUR_MS });
  await promote(store, "shop", live, { nowMs: PROMOTED_MS });
  const lists = Array.from({ length: 60 }, (_, seed) => [
    listEvent("impression", { mintedAtMs: PROMOTED_MS - HOUR_MS, modelVersion: old, seed }),
    listEvent("impression", {
      ...{ mintedAtMs: PROMOTED_MS + HOUR_MS, modelVersion: null, seed },
      degraded: "scorer_error",
    }),
  ]);
  await landShop(store, { events: await Promise.all(lists.flat()) });
  await makeCurrent(store);
  return { old, live };
}

function answered(counts: Record<string, number>): Promise<void> {
  return recordServed(env.PROFILES_0, [{ tenant: "shop", counts }], PROMOTED_MS + HOUR_MS);
}

beforeEach(async () => {
  await emptied(env.LAKE as never);
  await migrated(env.PROFILES_0, "profiles");
});

it("leaves a version alone whose failures nobody but visitors tells of", async () => {
  const { live } = await failingSite();
  await answered({ answers: 500 });
  await guardLive(trainer, "shop", NOW_MS);
  expect((await readPointer(store, "shop"))?.pointer).toMatchObject({ version: live, pinned: false });
});

it("takes back a version whose failures the edge has counted as well", async () => {
  const { old, live } = await failingSite();
  await answered({ answers: 500, "degraded.scorer_error": 480, degraded: 480 });
  await guardLive(trainer, "shop", NOW_MS);
  expect((await readPointer(store, "shop"))?.pointer).toMatchObject({
    version: old,
    pinned: true,
    takenBack: { version: live, reason: "the model fails in 100.0 % of the lists, 0.0 % before" },
  });
});
