import { describe, expect, it } from "vitest";
import { DAY_MS, type Engine, HISTORY_MAX, listAll } from "../../src/base/index.ts";
import {
  INTERACTIONS,
  ITEM_STATES,
  openLake,
  TRAINING_RUNS,
  USER_CHANGES,
  USER_HISTORIES,
} from "../../src/lake/index.ts";
import { readManifest, readPointer } from "../../src/registry/index.ts";
import {
  readProgress,
  retrain,
  runIdOf,
  type StepRunner,
  sweepWorkspaces,
  tagOf,
  tenantOfRun,
} from "../../src/retraining/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { landShop, makeCurrent } from "./landed.ts";
import { BUSY, once, params, ports, published, QUICK, SHOP, shop, steps } from "./runs.ts";
import { NOW_MS, shopEvents } from "./shop-events.ts";

/** Versions are named by the second. */
const LATER_MS = NOW_MS + 60_000;

/** An event that the shop has not seen. */
function oneMore() {
  const [event] = shopEvents({ ...SHOP, seed: 2 }).events;
  return { events: event === undefined ? [] : [{ ...event, occurred_at: NOW_MS }] };
}

describe("a retrain", { timeout: 120_000 }, () => {
  it("publishes a model that beats popularity, and makes it live", async () => {
    const store = await shop(BUSY);
    const outcome = published(await retrain(ports(store), params(), steps()));
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
      gate: { reason: "superior to popularity; nothing is live", live: null },
      study: { atMs: NOW_MS, interactions: 600 * 12 },
    });
    expect(manifest?.recipe?.parts.map(({ learner }) => learner)).toContain("linear");
    expect(manifest?.data.interactions).toBe(600 * 12);
    expect(manifest?.fits.evaluated).not.toBe(manifest?.fits.published);
    expect(manifest?.hashes["model.onnx"]).toBe(manifest?.fits.published);
    expect(manifest?.cost?.cpuSeconds).toBeGreaterThan(0);
    expect(manifest?.cost?.dollars).toBeCloseTo((manifest?.cost?.cpuSeconds ?? 0) * 2e-5, 12);
  });

  it("tells serving what weights it took in place of the events' own, as far as types have codes", async () => {
    const store = await shop();
    const settings = { ...QUICK, eventWeights: { purchase: 9, view: 0.5, tasting: 2 } };
    const { version } = published(await retrain(ports(store), params({ settings }), steps()));
    const manifest = await readManifest(store, "shop", version);
    expect(manifest?.historyWeights).toEqual({ 4: 9, 1: 0.5 });
  });

  it("leaves only its report behind", async () => {
    const store = await shop();
    await retrain(ports(store), params(), steps());
    const left: string[] = [];
    for await (const { key } of listAll(store, "work/")) left.push(key.split("/").at(-1) as string);
    expect(left.sort()).toEqual(["outcome.json", "progress.json", "report.json"]);
    expect((await readProgress(store, "shop", params().runId))?.progress).toBeGreaterThan(0);
  });

  it("serves popularity while there are too few cases, and the card says so", async () => {
    const store = await shop();
    const outcome = published(await retrain(ports(store), params(), steps()));
    expect(outcome).toMatchObject({
      learner: "popularity",
      reason: expect.stringMatching(/^popularity serves: \d+ test cases, 1000 are needed/),
    });
    const manifest = await readManifest(store, "shop", outcome.version);
    expect(manifest?.gate?.reason).toBe(outcome.reason);
    // It is renewed as long as nothing else has earned the place, and there is something new.
    const later = params({ requestedAtMs: LATER_MS, runId: runIdOf("shop", "test", LATER_MS) });
    const live = (await readPointer(store, "shop"))?.pointer;
    expect(await retrain(ports(store), later, steps())).toMatchObject({
      status: "refused",
      reason: `equal to the live model ${outcome.version}, byte for byte: nothing new to learn from`,
      live: outcome.version,
    });
    expect((await readPointer(store, "shop"))?.pointer).toEqual(live);
    await landShop(store, oneMore());
    const lastMs = LATER_MS + 60_000;
    const last = params({ requestedAtMs: lastMs, runId: runIdOf("shop", "test", lastMs) });
    const second = published(await retrain(ports(store), last, steps()));
    expect((await readPointer(store, "shop"))?.pointer).toMatchObject({
      version: second.version,
      previous: [outcome.version],
    });
  });

  it("falls to popularity where histories say nothing", async () => {
    // The gate is a 95 % bound: about one noise in forty would pass it.
    const store = await shop({ ...BUSY, kind: "noise", seed: 2 });
    expect(await retrain(ports(store), params(), steps())).toMatchObject({
      status: "published",
      learner: "popularity",
      reason: expect.stringContaining("not superior to popularity"),
    });
  });

  it("leaves a live model alone that earned its place, when the candidate does not", async () => {
    const store = await shop(BUSY);
    const first = published(await retrain(ports(store), params(), steps()));
    const noise = await shop({ ...BUSY, kind: "noise", seed: 2 });
    for await (const { key } of listAll(store, "models/")) {
      const bytes = (await store.get(key))?.bytes;
      if (bytes !== undefined) await noise.put(key, bytes);
    }
    const later = params({ requestedAtMs: LATER_MS, runId: runIdOf("shop", "test", LATER_MS) });
    expect(await retrain(ports(noise), later, steps())).toMatchObject({
      status: "refused",
      reason: expect.stringMatching(/not superior to popularity.*live .* stays/),
    });
    expect((await readPointer(noise, "shop"))?.pointer.version).toBe(first.version);
  });

  it("refuses what was made of data that fails a check, and names the check", async () => {
    const failing = { table: "bronze.events", check: "volume_drop", reason: "3 rows" };
    for (const options of [{}, BUSY]) {
      const store = await shop(options);
      const runner = steps();
      const asked = {
        ...ports(store),
        dataQuality: async (tenant: string) => (tenant === "shop" ? [failing] : []),
      };
      expect(await retrain(asked, params(), runner)).toMatchObject({
        status: "refused",
        reason: "the data fails bronze.events/volume_drop: 3 rows",
      });
      // Before a search is paid for.
      expect(runner.ran.filter((name) => name.startsWith("study"))).toEqual([]);
      expect(await readPointer(store, "shop")).toBeNull();
    }
  });

  it("refuses a file that does not answer as it did when it was made", async () => {
    const store = await shop();
    let isPublishing = false;
    const sound = ports(store);
    const engine: Engine = {
      async load(bytes) {
        const session = await sound.engine.load(bytes);
        return {
          ...session,
          release: () => session.release(),
          async run(feeds) {
            const outputs = await session.run(feeds);
            const scores = outputs.scores;
            if (isPublishing && scores?.type === "float32") scores.data[0] = Number.NaN;
            return outputs;
          },
        };
      },
    };
    const runner = steps();
    const watched: StepRunner = {
      do(name, run) {
        isPublishing = name === "publish";
        return runner.do(name, run);
      },
    };
    expect(await retrain({ ...sound, engine }, params(), watched)).toMatchObject({
      status: "refused",
      reason: expect.stringMatching(/fails the canary: golden request 0 is answered with scores/),
    });
    expect(await readPointer(store, "shop")).toBeNull();
  });

  it("says how many interactions are still needed", async () => {
    const store = await shop({ users: 20 });
    expect(await retrain(ports(store), params(), steps())).toEqual({
      status: "too_little_data",
      interactionsNeeded: 700,
      message: "700 more interactions needed: 300 of 1000 are there",
    });
  });

  it("trains a tenant on its own events only", async () => {
    const store = await shop();
    const other = shopEvents({ ...SHOP, tenant: "other", users: 500, seed: 2 });
    await landShop(store, { tenant: "other", ...other });
    const outcome = published(await retrain(ports(store), params(), steps()));
    expect((await readManifest(store, "shop", outcome.version))?.data.users).toBe(200);
    expect(await readPointer(store, "other")).toBeNull();
  });
});

describe("users who were deleted", () => {
  it("teach nothing from then on, before any erasure; who came back does with what came after", async () => {
    const store = await shop();
    const subject = { user: "", atMs: 0, rows: 0 };
    const lake = openLake(store);
    const columns = ["subject", "occurred_at"] as const;
    for await (const batch of lake.scan(USER_HISTORIES, { columns, tenant: "shop" })) {
      for (let row = 0; row < batch.rows; row++) {
        const name = batch.columns.subject[row] ?? "";
        if (subject.rows === 0 && name.startsWith("u:")) subject.user = name;
        if (name !== subject.user || ++subject.rows > 10) continue;
        subject.atMs = batch.columns.occurred_at[row] ?? 0;
      }
    }
    const change = { tenant: "shop", user_id: subject.user.slice(2), deleted: true };
    const elsewhere = { ...change, tenant: "other", changed_at: NOW_MS };
    await lake.append(USER_CHANGES, [{ ...change, changed_at: subject.atMs }, elsewhere], { nowMs: NOW_MS });
    const all = published(await retrain(ports(await shop()), params(), steps()));
    const without = published(await retrain(ports(store), params(), steps()));
    expect(without.version).not.toBe(all.version);
    const manifest = await readManifest(store, "shop", without.version);
    expect(subject.rows).toBeGreaterThan(10);
    expect(manifest?.data.interactions).toBe(SHOP.users * SHOP.eventsPerUser - 10);
    expect(manifest?.data.users).toBe(SHOP.users);
  });
});

describe("gold.training_runs", () => {
  it("has one row for each run, whatever its end and however often its last step was repeated", async () => {
    const store = await shop();
    const isFirst = once();
    const runner = steps((name) => name === "record" && isFirst(name));
    await expect(retrain(ports(store), params(), runner)).rejects.toThrow("killed after record");
    const outcome = published(await retrain(ports(store), params(), runner));
    const early = params({ tenant: "new", runId: runIdOf("new", "test", NOW_MS) });
    await retrain(ports(store), early, steps());
    await makeCurrent(store);
    const rows: unknown[] = [];
    const columns = ["tenant", "run", "status", "seed", "model_version", "snapshots", "refusal"] as const;
    for await (const batch of openLake(store).scan(TRAINING_RUNS, { columns })) {
      for (let row = 0; row < batch.rows; row++) rows.push(columns.map((name) => batch.columns[name][row]));
    }
    const manifest = await readManifest(store, "shop", outcome.version);
    const tag = { tag: tagOf(params().runId) };
    expect(manifest?.data.snapshots).toEqual({
      "gold.user_histories": (await openLake(store).snapshot(USER_HISTORIES, tag))?.id,
      "silver.items": (await openLake(store).snapshot(ITEM_STATES, tag))?.id,
      "silver.interactions": (await openLake(store).snapshot(INTERACTIONS, tag))?.id,
    });
    expect(rows).toHaveLength(2);
    expect(rows).toContainEqual([
      "shop",
      params().runId,
      "published",
      1,
      outcome.version,
      manifest?.data.snapshots,
      expect.stringContaining("popularity serves"),
    ]);
    const missing = "1000 more interactions needed: 0 of 1000 are there";
    expect(rows).toContainEqual(["new", early.runId, "too_little_data", 1, null, expect.anything(), missing]);
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
