import { beforeAll, describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, listAll, type ObjectStore } from "../../src/base/index.ts";
import {
  type Manifest,
  modelKey,
  promote,
  publish,
  readManifest,
  readPointer,
  rollback,
} from "../../src/registry/index.ts";
import { type RetrainOutcome, type RetrainPorts, retrain, runIdOf } from "../../src/retraining/index.ts";
import { readSearched } from "../../src/retraining/settings-store.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { artifactOf } from "../registry/artifacts.ts";
import { landShop } from "./landed.ts";
import { params, ports, published, SHOP, steps } from "./runs.ts";
import { NOW_MS, shopEvents } from "./shop-events.ts";

async function copyOf(store: ObjectStore): Promise<ObjectStore> {
  const copy = memoryObjectStore();
  for await (const { key } of listAll(store, "")) {
    await copy.put(key, (await store.get(key))?.bytes ?? new Uint8Array());
  }
  return copy;
}

function later(reason: string, afterMs = HOUR_MS) {
  const requestedAtMs = NOW_MS + afterMs;
  return params({ reason, requestedAtMs, runId: runIdOf("shop", reason, requestedAtMs) });
}

describe("a live model that earned its place", { timeout: 120_000 }, () => {
  let store: ObjectStore;
  let live: Manifest;

  beforeAll(async () => {
    const { events, items } = shopEvents({ ...SHOP, users: 1_000, eventsPerUser: 12 });
    const early = (event: { occurred_at: number }) => event.occurred_at < NOW_MS - 8 * DAY_MS;
    store = memoryObjectStore();
    await landShop(store, { events: events.filter(early), items });
    const { version } = published(await retrain(ports(store), params(), steps()));
    live = (await readManifest(store, "shop", version)) as Manifest;
    expect(live.learner).not.toBe("popularity");
    await landShop(store, { events: events.filter((event) => !early(event)) });
  }, 120_000);

  /** The live model says of itself what the test wants; what the files hold stays. */
  async function withLive(change: Partial<Manifest>): Promise<ObjectStore> {
    const copy = await copyOf(store);
    const bytes = new TextEncoder().encode(JSON.stringify({ ...live, ...change }));
    await copy.put(modelKey("shop", live.version, "manifest.json"), bytes);
    return copy;
  }

  const otherRecipe = () => {
    const { parts, contentWeight } = live.recipe as NonNullable<Manifest["recipe"]>;
    return { parts, contentWeight: contentWeight + 0.25 };
  };

  async function cardOf(in_: ObjectStore, outcome: RetrainOutcome): Promise<Manifest | null> {
    return readManifest(in_, "shop", published(outcome).version);
  }

  it("is renewed by the schedule with its own recipe on newer rows, without a search", async () => {
    const renewed = await copyOf(store);
    const runner = steps();
    const outcome = await retrain(ports(renewed), later("cron"), runner);
    const card = await cardOf(renewed, outcome);
    expect(runner.ran.filter((name) => name.startsWith("study"))).toEqual([]);
    expect(card).toMatchObject({ recipe: live.recipe, study: live.study });
    expect(card?.gate?.reason).toBe(
      `superior to popularity, the recipe of live ${live.version}, on newer rows`,
    );
    expect(card?.data.untilMs).toBeGreaterThan(live.data.untilMs);
    expect((await readPointer(renewed, "shop"))?.pointer.previous).toEqual([live.version]);
  });

  it("is searched for anew once a day has passed, or the settings are others", async () => {
    const search = async (run: ReturnType<typeof later>) => {
      const runner = steps();
      await retrain(ports(await copyOf(store)), run, runner);
      return runner.ran.includes("study-1");
    };
    expect(await search(later("cron", 24 * HOUR_MS))).toBe(true);
    const settings = { ...params().settings, version: 1, seed: 2 };
    expect(await search({ ...later("cron"), settings } as ReturnType<typeof later>)).toBe(true);
  });

  it("is met by its own file on what is newer than its data", async () => {
    const rival = await withLive({ recipe: otherRecipe() });
    const card = await cardOf(rival, await retrain(ports(rival), later("admin"), steps()));
    expect(card?.gate?.live).toMatchObject({ version: live.version, metric: { difference: {} } });
    expect(card?.gate?.live?.cases).toBeGreaterThanOrEqual(1_000);
    expect(card?.gate?.live?.cases).toBeLessThanOrEqual(card?.evaluation.cases ?? 0);
    expect(Object.keys(card?.gate?.exposure ?? {}).sort()).toEqual([
      "besideLive",
      "live",
      "model",
      "popularity",
    ]);
  });

  it("is met by its recipe on the test slice where little is newer", async () => {
    const rival = await withLive({ recipe: otherRecipe(), data: { ...live.data, untilMs: NOW_MS } });
    const card = await cardOf(rival, await retrain(ports(rival), later("admin"), steps()));
    expect(card?.gate?.live).toMatchObject({ version: live.version, cases: card?.evaluation.cases });
  });

  it("stays when popularity is all that a search may choose", async () => {
    const poor = await withLive({ recipe: otherRecipe(), data: { ...live.data, untilMs: NOW_MS } });
    const settings = { ...params().settings, version: 1, learners: ["popularity"] };
    const outcome = await retrain(
      ports(poor),
      { ...later("admin"), settings } as ReturnType<typeof later>,
      steps(),
    );
    expect(outcome).toMatchObject({ status: "refused", reason: expect.stringContaining("stays") });
    expect((await readPointer(poor, "shop"))?.pointer.version).toBe(live.version);
    // Noted, so that the schedule does not make the same search every hour.
    expect(await readSearched(poor, "shop")).toMatchObject({
      atMs: NOW_MS + HOUR_MS,
      inVain: "judged",
      settings: expect.any(String),
    });
  });

  it("taken back by the guardrails, gives way to a superior model only", async () => {
    const renewed = await copyOf(store);
    const { version } = published(await retrain(ports(renewed), later("cron"), steps()));
    const because = { version, reason: "errors" };
    await rollback(renewed, "shop", { nowMs: NOW_MS, because });
    const again = await retrain(ports(renewed), later("cron", 2 * HOUR_MS), steps());
    expect(again).toMatchObject({ status: "refused", reason: expect.stringContaining("is pinned to") });
    expect((await readPointer(renewed, "shop"))?.pointer).toMatchObject({
      version: live.version,
      takenBack: because,
    });
  });

  it("pinned, keeps back what a search finds, which is noted for as long as the pin holds", async () => {
    const pinned = await copyOf(store);
    await promote(pinned, "shop", live.version, { nowMs: NOW_MS, byHand: true });
    const outcome = await retrain(ports(pinned), later("admin"), steps());
    expect(outcome).toMatchObject({ status: "refused", reason: expect.stringContaining("is pinned to") });
    expect(await readSearched(pinned, "shop")).toMatchObject({
      atMs: NOW_MS + HOUR_MS,
      inVain: "pinned",
      snapshots: expect.objectContaining({ "gold.user_histories": expect.any(Number) }),
    });
  });

  it("is replaced by what was judged against it, not what has gone live meanwhile", async () => {
    const moved = await copyOf(store);
    const { version } = await publish(moved, artifactOf("another run's", { tenant: "shop" }));
    const own = ports(moved);
    const overtaken: RetrainPorts = {
      ...own,
      async tryInScorer(candidate) {
        await promote(moved, "shop", version, { nowMs: NOW_MS });
        return own.tryInScorer(candidate);
      },
    };
    const outcome = await retrain(overtaken, later("cron"), steps());
    const reason = expect.stringContaining(
      `it was to replace ${live.version}, and ${version} is live by now`,
    );
    expect(outcome).toMatchObject({ status: "refused", reason });
    expect((await readPointer(moved, "shop"))?.pointer.version).toBe(version);
  });
});
