import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { listAll, r2ObjectStore } from "../../src/base/index.ts";
import { readManifest, readPointer } from "../../src/registry/index.ts";
import { type RetrainPorts, retrain, type StepRunner } from "../../src/retraining/index.ts";
import { workerdEngine } from "../../src/runtime/index.ts";
import { tryVersion } from "../../src/scoring/index.ts";
import { landShop, makeCurrent } from "../retraining/landed.ts";
import { NOW_MS, shopEvents } from "../retraining/shop-events.ts";

const store = r2ObjectStore(env.LAKE);

const engine = workerdEngine();

const ports: RetrainPorts = {
  store,
  engine,
  tryInScorer: ({ tenant, version }) =>
    tryVersion(
      { store, engine, sleep: () => new Promise((resolve) => setTimeout(resolve, 0)) },
      tenant,
      version,
    ),
  makeCurrent: () => makeCurrent(store),
  dataQuality: async () => [],
  yieldTo: () => new Promise((resolve) => setTimeout(resolve, 0)),
  clock: Date.now,
};

const params = {
  ...{ tenant: "shop", runId: "shop_test_1", seed: 1, reason: "test", requestedAtMs: NOW_MS },
  settings: {
    ...{ version: 1, schedule: "off" as const, budgetSeconds: 30, searchEveryHours: 24, seed: 1 },
    ...{ learners: ["linear"], eventWeights: {}, rowsMax: 100_000 },
  },
};

/** Keeps results as a Workflow does, and dies once after every step. */
function mortalSteps(): StepRunner {
  const known = new Map<string, string>();
  const died = new Set<string>();
  return {
    async do<T>(name: string, run: () => Promise<T>): Promise<T> {
      const before = known.get(name);
      if (before !== undefined) return JSON.parse(before) as T;
      const result = JSON.stringify(await run());
      if (died.size < died.add(name).size) throw new Error(`killed after ${name}`);
      known.set(name, result);
      return JSON.parse(result) as T;
    },
  };
}

async function empty(prefix: string): Promise<void> {
  const keys: string[] = [];
  for await (const { key } of listAll(store, prefix)) keys.push(key);
  for (let at = 0; at < keys.length; at += 1_000) await store.delete(keys.slice(at, at + 1_000));
}

describe("a retrain on R2, with the engine of Workers", () => {
  beforeAll(async () => {
    for (const prefix of ["lake/", "models/", "work/"]) await empty(prefix);
    const shop = {
      tenant: "shop",
      users: 600,
      items: 60,
      eventsPerUser: 12,
      kind: "chains",
      seed: 1,
    } as const;
    await landShop(store, shopEvents(shop));
    await makeCurrent(store);
  }, 120_000);

  it("publishes a learner that beats popularity; killed after every step it publishes the same file", async () => {
    const whole: StepRunner = { do: (_name, run) => run() };
    const first = await retrain(ports, params, whole);
    expect(first).toMatchObject({ status: "published", learner: expect.not.stringMatching("popularity") });
    const version = (await readPointer(store, "shop"))?.pointer.version ?? "";
    const expected = (await readManifest(store, "shop", version))?.hashes;
    await empty("models/");
    const steps = mortalSteps();
    for (let deaths = 0; deaths < 100; deaths++) {
      try {
        expect(await retrain(ports, params, steps)).toMatchObject({ status: "published", version });
        break;
      } catch (cause) {
        if (!(cause instanceof Error) || !cause.message.startsWith("killed")) throw cause;
      }
    }
    expect((await readManifest(store, "shop", version))?.hashes).toEqual(expected);
  }, 240_000);
});
