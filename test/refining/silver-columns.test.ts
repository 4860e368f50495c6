import { describe, expect, it } from "vitest";
import { createPrng, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../src/base/index.ts";
import type { StoredEvent } from "../../src/events/index.ts";
import { INTERACTIONS, LINEAGE, tenantBucket } from "../../src/lake/index.ts";
import { refine } from "../../src/refining/index.ts";
import { INTERACTIONS_JOB } from "../../src/refining/silver/interactions.ts";
import { eventAt, NOW_MS } from "./events.ts";
import { type Landing, land, openWorld, rowsOf, runJob, silverRows, type World } from "./world.ts";

const prng = createPrng("columns");
const at = (timeMs: number, fields: Partial<StoredEvent> = {}) => eventAt(prng, timeMs, fields);

async function refined(world: World, landing: Landing): Promise<World> {
  await land(world, landing);
  await runJob(world, INTERACTIONS_JOB, { nowMs: landing.nowMs });
  return world;
}

const link = (anonymous: string, user: string, linkedAt: number) => {
  const { event_id } = at(linkedAt);
  return {
    ...{ tenant: "t", anonymous_id: anonymous, user_id: user, event_id },
    ...{ linked_at: linkedAt, received_at: linkedAt },
  };
};

const item = (id: string, changes: { deleted?: boolean } = {}) => ({
  ...{ tenant: "t", item_id: id, changed_at: NOW_MS, deleted: false },
  ...changes,
});

describe("a row of silver", () => {
  it("has all that the event had, its id's time, its weight and who it counts for", async () => {
    const full = at(NOW_MS, {
      type: "purchase",
      user_id: "ann",
      items: [{ item_id: "a", position: 0 }, { item_id: "b" }],
      value: 1.5,
      context: { path: "/ä", ok: true },
      country: "DE",
      device: "mobile",
    });
    const {
      anonymous_id: _,
      item_id: __,
      session_id: ___,
      ...denied
    } = at(NOW_MS + 1, { consent: "denied" });
    const world = await refined(openWorld(), { nowMs: NOW_MS, events: [full, denied, at(NOW_MS + 2)] });
    const [first, second, third] = await silverRows(world);
    expect(first).toEqual({
      ...full,
      id_time: NOW_MS,
      subject: "u:ann",
      session: full.event_id,
      event_weight: 5,
      is_automated: false,
      item_known: false,
    });
    expect(second).toEqual({ ...denied, id_time: NOW_MS + 1, event_weight: 1, is_automated: false });
    expect(third).toMatchObject({ subject: "a:d", session: full.event_id });
  });

  it("is left out when its id is of another time than its receipt", async () => {
    const edges = [7 * DAY_MS, 7 * DAY_MS + 1, -DAY_MS, -DAY_MS - 1];
    const events = edges.map((ageMs) => at(NOW_MS - ageMs, { received_at: NOW_MS }));
    const world = await refined(openWorld(), { nowMs: NOW_MS, events });
    expect((await silverRows(world)).map((row) => row.id_time - NOW_MS)).toEqual([-7 * DAY_MS, DAY_MS]);
  });

  it("is of a session that half an hour of silence or midnight ends, whenever it lands", async () => {
    const midnightMs = NOW_MS - (NOW_MS % DAY_MS) + DAY_MS;
    const times = [0, 20, 40, 71, 80].map((minutes) => midnightMs - 75 * MINUTE_MS + minutes * MINUTE_MS);
    const events = times.map((timeMs) => at(timeMs));
    const bridge = at(midnightMs - 75 * MINUTE_MS + 60 * MINUTE_MS);
    const world = await refined(openWorld(), { nowMs: midnightMs + HOUR_MS, events });
    const sessions = async () => (await silverRows(world)).map(({ session }) => session);
    const ids = events.map((event) => event.event_id);
    expect(await sessions()).toEqual([ids[0], ids[0], ids[0], ids[3], ids[4]]);
    await refined(world, { nowMs: midnightMs + HOUR_MS, events: [bridge] });
    expect(await sessions()).toEqual([ids[0], ids[0], ids[0], ids[0], ids[0], ids[4]]);
  });

  it("is automated when its session has a timer's rhythm, from the first row on and however it arrives", async () => {
    const events = Array.from({ length: 31 }, (_, n) => at(NOW_MS + n * 10 * SECOND_MS));
    const person = at(NOW_MS + 5, { anonymous_id: "other" });
    const world = await refined(openWorld(), { nowMs: NOW_MS, events: [...events.slice(0, 30), person] });
    expect((await silverRows(world)).some((row) => row.is_automated)).toBe(false);
    await refined(world, { nowMs: NOW_MS, events: events.slice(30) });
    const rows = await silverRows(world);
    expect(rows.filter((row) => row.is_automated)).toHaveLength(31);
    expect(rows.find((row) => row.anonymous_id === "other")?.is_automated).toBe(false);
  });
});

describe("what silver learns later", () => {
  const old = at(NOW_MS - 8 * DAY_MS, { received_at: NOW_MS - 8 * DAY_MS });
  const known = at(NOW_MS - 2 * DAY_MS, { received_at: NOW_MS - 2 * DAY_MS });
  const other = at(NOW_MS - 1 * DAY_MS, { anonymous_id: "other", item_id: "elsewhere" });

  async function settled(landing: Omit<Landing, "nowMs">): Promise<World> {
    const world = await refined(openWorld(), { nowMs: NOW_MS - 8 * DAY_MS, events: [old] });
    await refined(world, { nowMs: NOW_MS - DAY_MS, events: [known, other] });
    return refined(world, { nowMs: NOW_MS, ...landing });
  }

  it("joins a device's rows of the last seven days to its user, and leaves older ones", async () => {
    const world = await settled({ links: [link("d", "ann", NOW_MS)] });
    expect((await silverRows(world)).map((row) => row.subject)).toEqual(["a:d", "u:ann", "a:other"]);
  });

  it("goes by the first link of a device, in whatever order they come", async () => {
    const world = await settled({ links: [link("d", "bob", NOW_MS - 10)] });
    await refined(world, { nowMs: NOW_MS + 1, links: [link("d", "ann", NOW_MS - 20)] });
    await refined(world, { nowMs: NOW_MS + 2, links: [link("d", "cyd", NOW_MS - 5)] });
    expect((await silverRows(world))[1]?.subject).toBe("u:ann");
    await refined(world, { nowMs: NOW_MS + 3, events: [at(NOW_MS + 3)] });
    expect((await silverRows(world)).at(-1)?.subject).toBe("u:ann");
  });

  it("knows an item from its first state on, and does not unlearn it", async () => {
    const knownOf = async (world: World) => (await silverRows(world)).map((row) => row.item_known);
    expect(await knownOf(await settled({ items: [item("i", { deleted: true })] }))).toEqual([
      false,
      false,
      false,
    ]);
    const world = await settled({ items: [item("i")] });
    expect(await knownOf(world)).toEqual([false, true, false]);
    await refined(world, { nowMs: NOW_MS + 1, items: [item("i", { deleted: true })] });
    expect(await knownOf(world)).toEqual([false, true, false]);
  });

  it("rewrites no partition in which nothing changes", async () => {
    const world = await settled({});
    const before = await world.lake.files(INTERACTIONS);
    await refined(world, { nowMs: NOW_MS, links: [link("nobody", "ann", NOW_MS)], items: [item("unseen")] });
    expect((await world.lake.files(INTERACTIONS)).map(({ path }) => path)).toEqual(
      before.map(({ path }) => path),
    );
  });
});

describe("a unit", () => {
  it("takes no more than it is told, says whether more is left, and leaves its lineage", async () => {
    const world = openWorld();
    for (let n = 0; n < 3; n++) await land(world, { nowMs: NOW_MS + n, events: [at(NOW_MS + n)] });
    const dones: boolean[] = [];
    for (let done = false; !done; ) {
      const refinedOnce = await refine(world.ports, { nowMs: NOW_MS, rowsMax: 1 });
      done = refinedOnce.done;
      dones.push(done);
    }
    expect(dones.length).toBeGreaterThan(2);
    expect((await refine(world.ports, { nowMs: NOW_MS, rowsMax: 1 })).runs).toEqual([]);
    await world.lake.commitAllPending({ nowMs: NOW_MS, force: true });
    const lineage = (await rowsOf(world, LINEAGE)).filter(({ job }) => job === INTERACTIONS.name);
    const counts = lineage.map((row) => [row.rows_in, row.rows_out]);
    expect(counts.sort(([, a = 0], [, b = 0]) => a - b)).toEqual([
      [1, 1],
      [1, 2],
      [1, 3],
    ]);
    const snapshots = (await world.lake.load(INTERACTIONS))?.snapshots ?? [];
    expect(snapshots.map(({ id, summary }) => [id, summary["lakeshore.run"]]).sort()).toEqual(
      lineage.map((row) => [row.output_snapshot, row.run]).sort(),
    );
  });

  it("reads files that overlap, as a merge may leave them, in order", async () => {
    const events = Array.from({ length: 40 }, (_, n) =>
      at(NOW_MS + n * MINUTE_MS, { tenant: n % 3 === 0 ? "t" : "shop" }),
    );
    const whole = await refined(openWorld(), { nowMs: NOW_MS, events });
    const world = await refined(openWorld(), { nowMs: NOW_MS, events: events.slice(0, 30) });
    const { lake } = world;
    for (const file of await lake.files(INTERACTIONS)) {
      const rows = (await silverRows(world)).filter((row) => tenantBucket(row.tenant) === file.partition[0]);
      const added = [];
      for (const odd of [0, 1]) {
        const half = rows.filter((_, index) => index % 2 === odd);
        const writer = lake.writer(INTERACTIONS, { partition: file.partition, nowMs: NOW_MS });
        const columns = INTERACTIONS.columns.map(({ name }) => [name, half.map((row) => row[name])]);
        await writer.write(Object.fromEntries(columns), half.length);
        added.push(...(await writer.close()));
      }
      const change = { operation: "replace", added, removed: [file.path] } as const;
      await lake.commit(INTERACTIONS, change, { nowMs: NOW_MS });
    }
    await refined(world, { nowMs: NOW_MS, events: events.slice(25) });
    expect(await silverRows(world)).toEqual(await silverRows(whole));
  });

  it("sorts outside of memory what does not fit, and leaves nothing there", async () => {
    const events = Array.from({ length: 8_000 }, (_, n) =>
      at(NOW_MS + prng.int(HOUR_MS), { anonymous_id: `d${n % 900}`, item_id: `i${n % 50}` }),
    );
    const world = await refined(openWorld(), { nowMs: NOW_MS + HOUR_MS, events: [...events, ...events] });
    const rows = await silverRows(world);
    expect(rows.map((row) => row.event_id)).toEqual(events.map((event) => event.event_id).sort());
    const { objects } = await world.store.list("work/");
    expect(objects).toEqual([]);
  });
});
