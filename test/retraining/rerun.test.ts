import { beforeAll, describe, expect, it } from "vitest";
import { DAY_MS, type ObjectStore } from "../../src/base/index.ts";
import { ITEM_STATES, openLake, USER_HISTORIES } from "../../src/lake/index.ts";
import { readPointer } from "../../src/registry/index.ts";
import { planRerun, type Rerun, RUN_KEPT_DAYS, retrain, runIdOf, tagOf } from "../../src/retraining/index.ts";
import { landShop, makeCurrent } from "./landed.ts";
import { params, ports, published, SHOP, shop, steps } from "./runs.ts";
import { NOW_MS, shopEvents } from "./shop-events.ts";

const FIRST = params().runId;

function plan(store: ObjectStore, run = FIRST, nowMs = NOW_MS) {
  return planRerun({ lake: openLake(store), store }, { tenant: "shop", run, nowMs });
}

/** Forgets the run's snapshot of a table, as expiry does once the tag's time is over. */
async function forget(
  store: ObjectStore,
  table: typeof USER_HISTORIES | typeof ITEM_STATES,
  erased: boolean,
) {
  const lake = openLake(store);
  const snapshot = await lake.snapshot(table, { tag: tagOf(FIRST) });
  const properties = erased ? { properties: { "lakeshore.erased-until-ms": String(NOW_MS) } } : {};
  const change = {
    operation: "replace",
    added: [],
    dropTags: [tagOf(FIRST)],
    expire: [snapshot?.id ?? 0],
  } as const;
  await lake.commit(table, { ...change, ...properties }, { nowMs: NOW_MS });
}

describe("running a run again", () => {
  let store: ObjectStore;
  let again: Rerun;

  beforeAll(async () => {
    store = await shop();
    published(await retrain(ports(store), params(), steps()));
    // Since then people went on, and the catalogue was changed.
    const { events, items } = shopEvents({ ...SHOP, users: 50, seed: 3 });
    const renamed = items.map((item) => ({
      ...item,
      title: `${item.title} II`,
      updated_at: item.updated_at + 1,
    }));
    await landShop(store, { events, items: renamed });
    await makeCurrent(store);
    const planned = await plan(store);
    if (!planned.ok) throw new Error(planned.error.message);
    again = planned.value.rerun;
  }, 60_000);

  const rerun = (change: Partial<Rerun> = {}, seed = 1) => {
    const runId = runIdOf("shop", "rerun", NOW_MS + 1);
    return params({ runId, requestedAtMs: NOW_MS + 1, seed, rerun: { ...again, ...change } });
  };

  it("gives the same files byte for byte, and leaves the live model alone", async () => {
    const live = await readPointer(store, "shop");
    const outcome = await retrain(ports(store), rerun(), steps());
    expect(outcome).toMatchObject({
      status: "reproduced",
      of: FIRST,
      identical: true,
      modelHash: again.modelHash,
      evaluatedHash: again.evaluatedHash,
    });
    expect(await readPointer(store, "shop")).toEqual(live);
  });

  it("would tell a difference: what is there now is not what was read then", async () => {
    const now = (await openLake(store).snapshot(USER_HISTORIES, {}))?.id ?? 0;
    const other = { ...again.snapshots, [USER_HISTORIES.name]: now };
    expect(await retrain(ports(store), rerun({ snapshots: other }), steps())).toMatchObject({
      status: "reproduced",
      identical: false,
    });
  });

  it("is refused for a run that never was, or of another tenant", async () => {
    expect(await plan(store, "shop_test_0")).toMatchObject({ ok: false, error: { kind: "unknown" } });
    const other = await planRerun(
      { lake: openLake(store), store },
      { tenant: "other", run: FIRST, nowMs: NOW_MS },
    );
    expect(other).toMatchObject({ ok: false, error: { kind: "unknown" } });
  });
});

describe("a run whose data is gone", () => {
  async function trained(): Promise<ObjectStore> {
    const store = await shop();
    await retrain(ports(store), params(), steps());
    const { events, items } = shopEvents({ ...SHOP, users: 50, seed: 3 });
    await landShop(store, {
      events,
      items: items.map((item) => ({ ...item, updated_at: item.updated_at + 1 })),
    });
    await makeCurrent(store);
    return store;
  }

  it("is refused, naming the table whose snapshot has expired", async () => {
    const store = await trained();
    await forget(store, USER_HISTORIES, false);
    const later = NOW_MS + (RUN_KEPT_DAYS + 1) * DAY_MS;
    expect(await plan(store, FIRST, later)).toMatchObject({
      ok: false,
      error: {
        kind: "expired",
        message: expect.stringContaining("gold.user_histories was kept for it until"),
      },
    });
  });

  it("is refused, naming the table that an erasure has rewritten", async () => {
    const store = await trained();
    await forget(store, ITEM_STATES, true);
    const refused = await plan(store);
    expect(refused).toMatchObject({
      ok: false,
      error: { kind: "erased", message: expect.stringMatching(/silver\.items is gone: a deletion/) },
    });
  });

  it("ends as refused when the erasure comes between plan and run", async () => {
    const store = await trained();
    const planned = await plan(store);
    if (!planned.ok) throw new Error(planned.error.message);
    await forget(store, USER_HISTORIES, true);
    const again = params({ runId: runIdOf("shop", "rerun", NOW_MS), rerun: planned.value.rerun });
    expect(await retrain(ports(store), again, steps())).toMatchObject({
      status: "refused",
      reason: expect.stringContaining("gold.user_histories is gone: a deletion has rewritten"),
    });
  });
});
