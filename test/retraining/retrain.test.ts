import { describe, expect, it } from "vitest";
import { DAY_MS, HISTORY_MAX, listAll, type ObjectStore } from "../../src/base/index.ts";
import type { StoredItem } from "../../src/events/index.ts";
import { openLake } from "../../src/lake/index.ts";
import { listVersions, readManifest, readPointer } from "../../src/registry/index.ts";
import {
  type RetrainOutcome,
  type RetrainParams,
  type RetrainPorts,
  readProgress,
  retrain,
  runIdOf,
  type StepRunner,
  sweepWorkspaces,
  tenantOfRun,
} from "../../src/retraining/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { NOW_MS, type ShopOptions, shopEvents } from "./shop-events.ts";

const SHOP: ShopOptions = {
  tenant: "shop",
  users: 200,
  items: 60,
  eventsPerUser: 15,
  kind: "chains",
  seed: 1,
};

async function shop(
  options: Partial<ShopOptions> = {},
): Promise<{ store: ObjectStore; items: StoredItem[] }> {
  const store = memoryObjectStore();
  const { events, items } = shopEvents({ ...SHOP, ...options });
  await openLake(store).writeEvents(events);
  return { store, items };
}

function params(change: Partial<RetrainParams> = {}): RetrainParams {
  const tenant = change.tenant ?? "shop";
  return {
    tenant,
    runId: runIdOf(tenant, "test", NOW_MS),
    seed: 1,
    reason: "test",
    requestedAtMs: NOW_MS,
    ...change,
  };
}

function ports(store: ObjectStore, items: StoredItem[]): RetrainPorts {
  let nowMs = NOW_MS;
  return {
    store,
    engine: nodeEngine(),
    items: async () => items,
    yieldTo: async () => {},
    clock: () => (nowMs += 2_000),
  };
}

/** Remembers results as a Workflow does; dies once, after the step `killAfter` has run but before its result is kept. */
function steps(killAfter?: string): StepRunner & { ran: string[] } {
  const known = new Map<string, string>();
  const ran: string[] = [];
  let alive = killAfter === undefined;
  return {
    ran,
    async do<T>(name: string, run: () => Promise<T>): Promise<T> {
      const before = known.get(name);
      if (before !== undefined) return JSON.parse(before) as T;
      const result = JSON.stringify(await run());
      ran.push(name);
      if (!alive && name === killAfter) {
        alive = true;
        throw new Error(`killed after ${name}`);
      }
      known.set(name, result);
      return JSON.parse(result) as T;
    },
  };
}

function published(outcome: RetrainOutcome): RetrainOutcome & { status: "published" } {
  if (outcome.status !== "published") throw new Error(`not published: ${JSON.stringify(outcome)}`);
  return outcome;
}

describe("a retrain", () => {
  it("publishes a model that beats popularity, and makes it live", async () => {
    const { store, items } = await shop();
    const outcome = published(await retrain(ports(store, items), params(), steps()));
    const metric = outcome.metrics["ndcg@10"];
    expect(metric?.difference.low).toBeGreaterThan(0);
    expect(metric?.model.value).toBeGreaterThan(0.5);
    expect((await readPointer(store, "shop"))?.pointer.version).toBe(outcome.version);
    const manifest = await readManifest(store, "shop", outcome.version);
    expect(manifest).toMatchObject({
      learner: outcome.learner,
      itemCount: 60,
      historyMax: HISTORY_MAX,
      tenant: "shop",
    });
    expect(manifest?.data.interactions).toBe(200 * 15);
    expect(manifest?.fits.evaluated).not.toBe(manifest?.fits.published);
    expect(manifest?.hashes["model.onnx"]).toBe(manifest?.fits.published);
  });

  it("leaves only its report behind", async () => {
    const { store, items } = await shop();
    await retrain(ports(store, items), params(), steps());
    const left: string[] = [];
    for await (const { key } of listAll(store, "work/")) left.push(key.split("/").at(-1) as string);
    expect(left.sort()).toEqual(["outcome.json", "progress.json"]);
    expect((await readProgress(store, "shop", params().runId))?.progress).toBeGreaterThan(0);
  });

  it("goes on from where it was killed, after any step, to the same bytes", async () => {
    const undisturbed = await shop();
    const expected = published(await retrain(ports(undisturbed.store, undisturbed.items), params(), steps()));
    for (const step of ["read", "train", "evaluate", "gate", "refit", "publish"]) {
      const { store, items } = await shop();
      const runner = steps(step);
      await expect(retrain(ports(store, items), params(), runner)).rejects.toThrow(`killed after ${step}`);
      const outcome = published(await retrain(ports(store, items), params(), runner));
      expect(outcome.version, step).toBe(expected.version);
      expect(
        runner.ran.filter((name) => name === step),
        step,
      ).toHaveLength(2);
      expect(await listVersions(store, "shop"), step).toEqual([expected.version]);
    }
  });

  it("refuses a model that cannot beat popularity, and says why", async () => {
    // The gate is a 95 % bound: about one noise in forty would pass it, and seed 1 happens to be such a one.
    const { store, items } = await shop({ kind: "noise", seed: 2 });
    const outcome = await retrain(ports(store, items), params(), steps());
    expect(outcome).toMatchObject({
      status: "refused",
      reason: expect.stringContaining("not superior to popularity"),
    });
    expect(await readPointer(store, "shop")).toBeNull();
  });

  it("renews the live model when days have passed: what is newer than its data judges both", async () => {
    const store = memoryObjectStore();
    const { events, items } = shopEvents({ ...SHOP, users: 400 });
    const early = (event: { occurred_at: number }) => event.occurred_at < NOW_MS - 8 * DAY_MS;
    await openLake(store).writeEvents(events.filter(early));
    const first = published(await retrain(ports(store, items), params(), steps()));
    await openLake(store).writeEvents(events.filter((event) => !early(event)));
    const later = params({ requestedAtMs: NOW_MS + 1, runId: runIdOf("shop", "test", NOW_MS + 1) });
    const gates: string[] = [];
    const second = published(
      await retrain(ports(store, items), later, {
        async do(name, run) {
          const result = await run();
          if (name === "gate") gates.push((result as { reason: string }).reason);
          return result;
        },
      }),
    );
    expect(gates[0]).toContain(`not inferior to live ${first.version}: difference`);
    expect((await readPointer(store, "shop"))?.pointer).toMatchObject({
      version: second.version,
      previous: [first.version],
    });
  });

  it("says how many interactions are still needed", async () => {
    const { store, items } = await shop({ users: 20 });
    expect(await retrain(ports(store, items), params(), steps())).toEqual({
      status: "too_little_data",
      interactionsNeeded: 700,
      message: "700 more interactions needed: 300 of 1000 are there",
    });
  });

  it("trains a tenant on its own events only", async () => {
    const { store, items } = await shop();
    const other = shopEvents({ ...SHOP, tenant: "other", users: 500, seed: 2 });
    await openLake(store).writeEvents(other.events);
    const outcome = published(await retrain(ports(store, items), params(), steps()));
    expect((await readManifest(store, "shop", outcome.version))?.data.users).toBe(200);
    expect(await readPointer(store, "other")).toBeNull();
  });
});

describe("the folders of runs", () => {
  it("are swept when they are old: checkpoints first, reports after a month", async () => {
    const store = memoryObjectStore();
    await store.put("work/a/1/dataset.bin", new Uint8Array(1));
    await store.put("work/a/1/outcome.json", new Uint8Array(1));
    expect(await sweepWorkspaces(store, DAY_MS)).toBe(0);
    expect(await sweepWorkspaces(store, 3 * DAY_MS)).toBe(1);
    expect(await store.get("work/a/1/dataset.bin")).toBeNull();
    expect(await sweepWorkspaces(store, 31 * DAY_MS)).toBe(1);
  });
});

describe("run ids", () => {
  it("say whose they are", () => {
    expect(tenantOfRun(runIdOf("my-shop", "Admin call!", 1))).toBe("my-shop");
    expect(runIdOf("a", "x", 5)).toBe(runIdOf("a", "x", 5));
    expect(tenantOfRun("nothing")).toBe("");
  });
});
