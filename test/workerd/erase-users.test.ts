import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { createPrng, DAY_MS, HOUR_MS } from "../../src/base/index.ts";
import { FIND_WAITING } from "../../src/features/erasures.ts";
import { readProfile } from "../../src/features/index.ts";
import {
  EVENTS,
  IDENTITY_LINKS,
  INTERACTIONS,
  ITEM_DAILY,
  LINEAGE,
  QUARANTINE,
  SEGMENTS,
  TRAINING_RUNS,
  USER_CHANGES,
  USER_FEATURES,
  USER_HISTORIES,
  USER_STATES,
} from "../../src/lake/index.ts";
import { eraseUsers } from "../../src/ops/index.ts";
import { SETTINGS_DEFAULT } from "../../src/registry/index.ts";
import { pinSnapshots } from "../../src/retraining/pin.ts";
import { planRerun } from "../../src/retraining/rerun.ts";
import { eraseDeleted, eraseDue } from "../../workers/pipeline-erase.ts";
import { beginGoldAnew, findSegments, JOBS } from "../../workers/pipeline-jobs.ts";
import { crashingStore } from "../lake/crashing-store.ts";
import { everything, people, placesOf, portsOn, rebuilt } from "./erasure-reads.ts";
import {
  BACK,
  DEVICES,
  done,
  emptyStores,
  GONE,
  LATER_MS,
  lake,
  livedThrough,
  NOW_MS,
  pipeline,
  rowsOf,
  store,
} from "./erasure-world.ts";

const ids = (rows: readonly { event_id?: string }[]) => rows.map(({ event_id }) => event_id).sort();

describe("deleted users", () => {
  let world: Awaited<ReturnType<typeof livedThrough>>;
  let outcome: Record<string, unknown>;

  beforeAll(async () => {
    world = await livedThrough();
    const snapshots = await pinSnapshots(lake, "r1", NOW_MS);
    const run = {
      tenant: "one",
      run: "r1",
      requested_at: NOW_MS,
      status: "published",
      reason: "cron",
      seed: 1,
      settings: { ...SETTINGS_DEFAULT },
      plan: { kind: "search" },
    };
    await lake.append(TRAINING_RUNS, [{ ...run, seconds: 1, snapshots }], { nowMs: NOW_MS });
    await done("commit", NOW_MS + 3 * HOUR_MS);
    expect((await planRerun({ lake, store }, { tenant: "one", run: "r1", nowMs: LATER_MS })).ok).toBe(true);
    const { texts } = await everything();
    for (const name of [GONE, BACK, DEVICES.gone]) {
      const places = placesOf(texts, name);
      for (const form of [".parquet", ".avro"])
        expect(
          places.some((key) => key.endsWith(form)),
          `${name} in ${form}`,
        ).toBe(true);
    }
    outcome = await done("erase", LATER_MS);
  }, 120_000);

  it("are in no object any more, with their devices, but for the tombstones", async () => {
    await done("commit", LATER_MS);
    const { texts, unreached } = await everything();
    for (const name of [GONE, DEVICES.gone]) expect(placesOf(texts, name), name).toEqual([]);
    expect(unreached).toEqual([]);
    const changes = await rowsOf(USER_CHANGES);
    expect(changes.filter(({ user_id }) => user_id === GONE)).toEqual([
      { tenant: "one", user_id: GONE, changed_at: NOW_MS, deleted: true },
    ]);
    expect(changes.map(({ user_id }) => user_id).sort()).toEqual([BACK, GONE, "u0"].sort());
  });

  it("leave all that is others', and what came after they were deleted", async () => {
    expect(ids(await rowsOf(EVENTS))).toEqual(ids(world.kept));
    expect(ids(await rowsOf(INTERACTIONS))).toEqual(ids(world.kept));
    expect(await rowsOf(IDENTITY_LINKS)).toEqual([]);
    expect((await rowsOf(QUARANTINE)).map(({ body }) => JSON.parse(body).user_id)).toEqual(["u0"]);
    expect((await rowsOf(USER_STATES)).map(({ user_id }) => user_id)).toEqual(["u0"]);
    expect((await rowsOf(SEGMENTS)).map(({ subject }) => subject)).toEqual(["u:u0"]);
    const ofOne = <Row extends { tenant: string }>(rows: Row[]) =>
      rows.filter(({ tenant }) => tenant === "one");
    const features = ofOne(await rowsOf(USER_FEATURES)).map(({ subject }) => subject);
    expect(features).toContain("u:u0");
    expect(features.filter((subject) => subject === `u:${BACK}`)).toEqual([]);
    const histories = ofOne(await rowsOf(USER_HISTORIES)).filter(({ subject }) =>
      /back|gone|shared/.test(subject),
    );
    expect(histories.map(({ subject, occurred_at }) => [subject, occurred_at > NOW_MS])).toEqual([
      [`a:${DEVICES.back}`, true],
      [`u:${BACK}`, true],
    ]);
  });

  it("leave a receipt that names nobody", async () => {
    const counts = {
      [QUARANTINE.name]: 2,
      [EVENTS.name]: world.erased.length + 1,
      [USER_CHANGES.name]: 2,
      [IDENTITY_LINKS.name]: 3,
      [INTERACTIONS.name]: world.erased.length - 1,
      [USER_STATES.name]: 2,
    };
    expect(outcome).toMatchObject({ done: true, users: 2, rows: counts });
    const receipts = (await rowsOf(LINEAGE)).filter(({ job }) => job === "erasure");
    const sums = Object.groupBy(receipts, ({ output }) => output);
    for (const [table, rows] of Object.entries(counts))
      expect(
        sums[table]?.reduce((sum, { rows_in }) => sum + rows_in, 0),
        table,
      ).toBe(rows);
  });

  it("leave silver and gold as if they had never been there", async () => {
    expect(await JOBS.refine(pipeline, LATER_MS)).toMatchObject({ done: true, runs: [] });
    const before = [await rowsOf(ITEM_DAILY), await rowsOf(USER_HISTORIES)];
    await beginGoldAnew(pipeline, LATER_MS);
    await done("refine", LATER_MS);
    expect([await rowsOf(ITEM_DAILY), await rowsOf(USER_HISTORIES)]).toEqual(before);
  });

  it("cannot be trained on again", async () => {
    const planned = await planRerun({ lake, store }, { tenant: "one", run: "r1", nowMs: LATER_MS });
    expect(planned).toMatchObject({ ok: false, error: { kind: "erased" } });
    expect(planned.ok ? "" : planned.error.message).toContain(
      `of ${USER_HISTORIES.name} is gone: a deletion`,
    );
  });

  it("make no difference between the stages' sums", async () => {
    expect(await done("quality", LATER_MS)).toMatchObject({ complete: true, differences: 0 });
  });

  it("are not in D1 either, which a rebuild makes again as it is", async () => {
    const read = async (subject: string) =>
      (await readProfile(env.PROFILES_0, "one", [subject], LATER_MS))?.history.length ?? 0;
    expect([await read(`u:${GONE}`), await read(`u:${BACK}`), await read(`a:${DEVICES.back}`)]).toEqual([
      0, 1, 1,
    ]);
    await findSegments(pipeline, LATER_MS, { force: true });
    const before = await people();
    expect(before.user_deletions).toHaveLength(2);
    await emptyStores();
    await rebuilt();
    await findSegments(pipeline, LATER_MS, { force: true });
    expect(await people()).toEqual(before);
  });

  it("may be erased once more after a rebuild, which changes nothing and comes to an end", async () => {
    const before = [await rowsOf(EVENTS), await rowsOf(INTERACTIONS)].map(ids);
    expect(await done("erase", LATER_MS + DAY_MS)).toMatchObject({ users: 2, rows: {} });
    expect(await done("erase", LATER_MS + DAY_MS)).toMatchObject({ users: 0 });
    expect([await rowsOf(EVENTS), await rowsOf(INTERACTIONS)].map(ids)).toEqual(before);
  });
});

describe("the erasure", () => {
  it("waits until the oldest deletion is a week old, and takes those of the last day once more", async () => {
    await livedThrough();
    const erasedAt = async () => {
      const { results } = await env.PROFILES_0.prepare("SELECT erased_at FROM user_deletions").all();
      return results.map(({ erased_at }) => erased_at);
    };
    const plan = await env.PROFILES_0.prepare(`EXPLAIN QUERY PLAN ${FIND_WAITING}`).bind(0, 9).all();
    const steps = plan.results
      .map(({ detail }) => String(detail))
      .filter((step) => step.includes("user_deletions"));
    expect(steps.length).toBeGreaterThan(1);
    expect(steps.filter((step) => !step.includes("INDEX user_deletions_waiting"))).toEqual([]);
    await eraseDue(pipeline, NOW_MS + 7 * DAY_MS - 1);
    expect(await erasedAt()).toEqual([null, null]);
    for (let share = 0; share < 20; share++) await eraseDue(pipeline, NOW_MS + 7 * DAY_MS);
    expect(await erasedAt()).toEqual([NOW_MS + 7 * DAY_MS, NOW_MS + 7 * DAY_MS]);
    expect(await eraseDeleted(pipeline, NOW_MS + 30 * DAY_MS, { force: false })).toMatchObject({ users: 0 });
    await env.PROFILES_0.prepare("UPDATE user_deletions SET erased_at = deleted_at + 1").run();
    expect(await eraseDeleted(pipeline, NOW_MS + 30 * DAY_MS, { force: true })).toMatchObject({ users: 0 });
    expect(await eraseDeleted(pipeline, NOW_MS + 7 * DAY_MS, { force: false })).toMatchObject({ users: 0 });
    expect(await eraseDeleted(pipeline, NOW_MS + 7 * DAY_MS + 1, { force: false })).toMatchObject({
      users: 2,
    });
  }, 60_000);

  it("may crash at any write, time and again, and comes to its end", async () => {
    const world = await livedThrough();
    const prng = createPrng("crashes");
    let crashes = 0;
    let isDone = false;
    for (let attempt = 0; attempt < 300 && !isDone; attempt++) {
      const crashing = crashingStore(store, { at: prng.int(25), effect: prng.pick(["before", "after"]) });
      isDone = await eraseUsers(portsOn(crashing), { nowMs: LATER_MS, unitsMax: 3, force: true }).then(
        (share) => share.done,
        () => false,
      );
      if (crashing.crashed()) crashes++;
    }
    expect(isDone).toBe(true);
    expect(crashes).toBeGreaterThan(5);
    expect(ids(await rowsOf(EVENTS))).toEqual(ids(world.kept));
    expect(ids(await rowsOf(INTERACTIONS))).toEqual(ids(world.kept));
    await done("refine", LATER_MS);
    const columns = await rowsOf(USER_HISTORIES);
    expect(columns.filter(({ subject }) => subject === `u:${GONE}`)).toEqual([]);
    expect(await done("quality", LATER_MS)).toMatchObject({ differences: 0 });
  }, 120_000);
});
