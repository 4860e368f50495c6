import { describe, expect, it } from "vitest";
import { HOUR_MS, type ObjectStore } from "../../src/base/index.ts";
import {
  type Manifest,
  promote,
  publish,
  readPointer,
  SETTINGS_DEFAULT,
  type TrainingSettings,
  unpin,
} from "../../src/registry/index.ts";
import { planRun } from "../../src/retraining/plan.ts";
import { settingsHash } from "../../src/retraining/settings-hash.ts";
import { noteSearch } from "../../src/retraining/settings-store.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { artifactOf } from "../registry/artifacts.ts";
import { params, ports } from "./runs.ts";
import { NOW_MS } from "./shop-events.ts";

type Study = NonNullable<Manifest["study"]>;
const RECIPE = { parts: [{ learner: "linear", parameters: {}, weight: 1 }], contentWeight: 0 };
const INTERACTIONS = 10_000;
const CHANGED: TrainingSettings = { ...SETTINGS_DEFAULT, version: 1, budgetSeconds: 600 };

async function studyOf(change: Partial<Study> = {}): Promise<Study> {
  const settings = await settingsHash(SETTINGS_DEFAULT);
  return {
    atMs: NOW_MS,
    trials: 5,
    figures: { linear: 0.1 },
    interactions: INTERACTIONS,
    settings,
    ...change,
  };
}

/** A shop whose live model came from that search, or from none. */
async function shopWith(study: Study | undefined): Promise<ObjectStore> {
  const store = memoryObjectStore();
  const artifact = artifactOf("live", { tenant: "shop", createdAtMs: NOW_MS });
  const found = study === undefined ? {} : { study };
  const manifest = { ...artifact.manifest, recipe: RECIPE, ...found };
  const { version } = await publish(store, { ...artifact, manifest });
  await promote(store, "shop", version, { nowMs: NOW_MS });
  return store;
}

/** What the schedule does an hour after the live model, of what there is by then. */
async function planned(
  store: ObjectStore,
  change: { interactions?: number; settings?: TrainingSettings } = {},
) {
  const { interactions = INTERACTIONS, settings = SETTINGS_DEFAULT } = change;
  const run = params({ reason: "cron", requestedAtMs: NOW_MS + HOUR_MS });
  const read = {
    interactions,
    users: 500,
    items: 60,
    fromMs: 0,
    untilMs: NOW_MS,
    snapshot: "s",
    snapshots: {},
  };
  const split = { cutMs: NOW_MS, cases: 2_000, users: 500 };
  return planRun(ports(store), { ...run, settings }, read as never, split);
}

describe("the schedule's run", () => {
  it("searches by other settings, and of twice as much, until such a search has been made in vain", async () => {
    const store = await shopWith(await studyOf());
    const grown = { interactions: 2 * INTERACTIONS, settings: CHANGED };
    expect(await planned(store)).toMatchObject({ kind: "renew" });
    const renumbered = { ...SETTINGS_DEFAULT, version: 7 };
    expect(await planned(store, { settings: renumbered })).toMatchObject({ kind: "renew" });
    expect(await planned(store, grown)).toEqual({ kind: "search" });
    const settings = await settingsHash(CHANGED);
    await noteSearch(
      store,
      "shop",
      await studyOf({ atMs: NOW_MS + 1, settings, interactions: 2 * INTERACTIONS }),
    );
    const live = await studyOf();
    expect(await planned(store, grown)).toMatchObject({ kind: "renew", recipe: RECIPE, study: live });
    expect(await planned(store, { ...grown, interactions: 4 * INTERACTIONS })).toEqual({ kind: "search" });
  });

  it("goes by the live model's own search where that is the newer one", async () => {
    const store = await shopWith(await studyOf());
    await noteSearch(store, "shop", await studyOf({ atMs: NOW_MS - 1, settings: "earlier ones" }));
    expect(await planned(store)).toMatchObject({ kind: "renew" });
  });

  it("does not search every hour while nothing is live, once a search has been made in vain: popularity serves", async () => {
    const store = memoryObjectStore();
    expect(await planned(store)).toEqual({ kind: "search" });
    await noteSearch(store, "shop", await studyOf());
    expect(await planned(store)).toMatchObject({
      kind: "popularity",
      reason: expect.stringContaining(`the search of ${new Date(NOW_MS).toISOString()} found none`),
    });
    expect(await planned(store, { interactions: 2 * INTERACTIONS })).toEqual({ kind: "search" });
    expect(await planned(store, { settings: CHANGED })).toEqual({ kind: "search" });
  });

  it("goes by a search that a pin kept back as long as the pin holds", async () => {
    const store = await shopWith(await studyOf({ atMs: NOW_MS - 24 * HOUR_MS }));
    expect(await planned(store)).toEqual({ kind: "search" });
    await noteSearch(store, "shop", { ...(await studyOf()), inVain: "pinned" });
    expect(await planned(store)).toEqual({ kind: "search" });
    const live = (await readPointer(store, "shop"))?.pointer.version ?? "";
    await promote(store, "shop", live, { nowMs: NOW_MS, byHand: true });
    expect(await planned(store)).toMatchObject({ kind: "renew" });
    await unpin(store, "shop");
    expect(await planned(store)).toEqual({ kind: "search" });
  });

  it("keeps of a search in vain on the next card what a card says of a search", async () => {
    const store = await shopWith(undefined);
    const searched = await studyOf();
    await noteSearch(store, "shop", { ...searched, inVain: "judged", snapshots: { t: 1 } });
    expect((await planned(store)) as unknown).toHaveProperty("study", searched);
  });

  it("does not search every hour where popularity has served for want of cases and a search found nothing", async () => {
    const store = await shopWith(undefined);
    expect(await planned(store)).toEqual({ kind: "search" });
    const searched = await studyOf({ atMs: NOW_MS });
    await noteSearch(store, "shop", searched);
    expect(await planned(store)).toMatchObject({ kind: "renew", study: searched });
  });
});
