import { expect } from "vitest";
import { listAll, type ObjectStore } from "../../src/base/index.ts";
import { SETTINGS_DEFAULT, type TrainingSettings } from "../../src/registry/index.ts";
import {
  type RetrainOutcome,
  type RetrainParams,
  type RetrainPorts,
  runIdOf,
  type StepRunner,
} from "../../src/retraining/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { tryVersion } from "../../src/scoring/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { landShop, makeCurrent } from "./landed.ts";
import { NOW_MS, type ShopOptions, shopEvents } from "./shop-events.ts";

export const SHOP: ShopOptions = {
  tenant: "shop",
  users: 200,
  items: 60,
  eventsPerUser: 15,
  kind: "chains",
  seed: 1,
};

/** Over a thousand test cases of over a hundred users, so that a learner may be told from chance. */
export const BUSY: Partial<ShopOptions> = { users: 600, eventsPerUser: 12 };

/** Little to search: one learner, as few trials as the study allows. */
export const QUICK: TrainingSettings = { ...SETTINGS_DEFAULT, learners: ["linear"], budgetSeconds: 30 };

const shops = new Map<string, ObjectStore>();

/** A shop whose lake is current, in a store of its own: made once for the same options, then copied. */
export async function shop(options: Partial<ShopOptions> = {}): Promise<ObjectStore> {
  const key = JSON.stringify(options);
  const made = shops.get(key) ?? memoryObjectStore();
  if (!shops.has(key)) {
    await landShop(made, shopEvents({ ...SHOP, ...options }));
    await makeCurrent(made);
    shops.set(key, made);
  }
  const store = memoryObjectStore();
  for await (const object of listAll(made, "")) {
    const bytes = (await made.get(object.key))?.bytes;
    if (bytes !== undefined) await store.put(object.key, bytes);
  }
  return store;
}

/** One more view, by which the shop is not idle. */
export async function oneMoreEvent(store: ObjectStore): Promise<void> {
  const { events } = shopEvents({ ...SHOP, users: 1, eventsPerUser: 1, seed: 2 });
  await landShop(store, { events });
}

export function params(change: Partial<RetrainParams> = {}): RetrainParams {
  const tenant = change.tenant ?? "shop";
  return {
    tenant,
    runId: runIdOf(tenant, "test", NOW_MS),
    seed: 1,
    reason: "test",
    requestedAtMs: NOW_MS,
    settings: QUICK,
    ...change,
  };
}

export function ports(store: ObjectStore): RetrainPorts {
  let nowMs = NOW_MS;
  const engine = nodeEngine();
  return {
    store,
    engine,
    tryInScorer: ({ tenant, version }) =>
      tryVersion({ store, engine, sleep: async () => {} }, tenant, version),
    makeCurrent: () => makeCurrent(store),
    dataQuality: async () => [],
    yieldTo: async () => {},
    clock: () => (nowMs += 500),
  };
}

/**
 * Remembers results as a Workflow does. Where `isKilled` says so, it dies after a step has run, before its result is kept;
 * asked again, the step is run again.
 */
export function steps(isKilled: (name: string) => boolean = () => false): StepRunner & { ran: string[] } {
  const known = new Map<string, string>();
  const ran: string[] = [];
  return {
    ran,
    async do<T>(name: string, run: () => Promise<T>): Promise<T> {
      const before = known.get(name);
      if (before !== undefined) return JSON.parse(before) as T;
      const result = JSON.stringify(await run());
      expect(result.length, name).toBeLessThan(1_000_000);
      ran.push(name);
      if (isKilled(name)) throw new Error(`killed after ${name}`);
      known.set(name, result);
      return JSON.parse(result) as T;
    },
  };
}

/** Each name once. */
export function once(): (name: string) => boolean {
  const seen = new Set<string>();
  return (name) => seen.size < seen.add(name).size;
}

export function published(outcome: RetrainOutcome): RetrainOutcome & { status: "published" } {
  if (outcome.status !== "published") throw new Error(`not published: ${JSON.stringify(outcome)}`);
  return outcome;
}
