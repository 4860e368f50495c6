import { describe, expect, it } from "vitest";
import { createPrng, DAY_MS, HOUR_MS, listAll, type ObjectStore } from "../../src/base/index.ts";
import type { StoredEvent } from "../../src/events/index.ts";
import { StaleBaseError } from "../../src/lake/index.ts";
import { refine } from "../../src/refining/index.ts";
import { runName } from "../../src/refining/job.ts";
import { INTERACTIONS_JOB } from "../../src/refining/silver/interactions.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { crashingStore } from "./crashing-store.ts";
import { eventAt, NOW_MS, randomEvents, randomItems, randomLinks } from "./events.ts";
import { land, openWorld, runJob, silverRows, type World } from "./world.ts";

/** Two landings, of which silver has the first: what comes next rewrites, adds and settles. */
async function halfDone(): Promise<World> {
  const world = openWorld();
  const prng = createPrng("crash");
  const events = randomEvents(prng, 20);
  await land(world, { nowMs: NOW_MS - HOUR_MS, events: events.slice(0, 12), items: randomItems(prng, 2) });
  await runJob(world, INTERACTIONS_JOB, { nowMs: NOW_MS });
  const late = eventAt(prng, NOW_MS - 3 * DAY_MS, { received_at: NOW_MS });
  await land(world, { nowMs: NOW_MS, events: [...events.slice(9), late], links: randomLinks(prng, 3) });
  world.handed.length = 0;
  return world;
}

async function copyOfStore(store: ObjectStore): Promise<ObjectStore> {
  const copy = memoryObjectStore();
  for await (const { key } of listAll(store, "")) {
    const object = await store.get(key);
    if (object !== null) await copy.put(key, object.bytes);
  }
  return copy;
}

function distinctIds(events: readonly StoredEvent[]): string[] {
  return [...new Set(events.map((event) => event.event_id))].sort();
}

async function workKeys(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of listAll(store, "work/")) keys.push(key);
  return keys;
}

describe("a unit that crashes", () => {
  it("at any write loses nothing, doubles nothing and hands every late event over", async () => {
    const start = await halfDone();
    const whole = openWorld(await copyOfStore(start.store));
    await runJob(whole, INTERACTIONS_JOB, { nowMs: NOW_MS });
    const rows = await silverRows(whole);
    expect(whole.handed.length).toBeGreaterThan(0);
    let crashes = 0;
    for (let writes = 1; ; writes++) {
      for (const lost of [true, false]) {
        const store = await copyOfStore(start.store);
        const dying = crashingStore(store, { writes, lost });
        const first = openWorld(dying);
        const died = await runJob(first, INTERACTIONS_JOB, { nowMs: NOW_MS }).then(
          () => false,
          () => true,
        );
        if (!died && !dying.dead()) {
          expect(crashes).toBeGreaterThan(10);
          return;
        }
        crashes++;
        const next = openWorld(store);
        await runJob(next, INTERACTIONS_JOB, { nowMs: NOW_MS });
        expect(await silverRows(next), `write ${writes}`).toEqual(rows);
        expect(distinctIds([...first.handed, ...next.handed]), `write ${writes}`).toEqual(
          distinctIds(whole.handed),
        );
        // What nobody can need any more goes when its run is old.
        await runJob(next, INTERACTIONS_JOB, { nowMs: NOW_MS + 2 * HOUR_MS });
        expect(await workKeys(store), `write ${writes}`).toEqual([]);
      }
    }
  }, 120_000);
});

describe("two units at once", () => {
  it("over one increment: one gets in, the other starts again and finds nothing left", async () => {
    const { store } = await halfDone();
    const worlds = [openWorld(store), openWorld(store)];
    const units = worlds.map(({ ports }) =>
      INTERACTIONS_JOB.run(ports, {
        nowMs: NOW_MS,
        rowsMax: 1_000,
        run: runName(NOW_MS, ports.newRunName()),
      }),
    );
    const outcomes = await Promise.allSettled(units);
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(refused.map(({ reason }) => reason instanceof StaleBaseError)).toEqual([true]);
    const rows = await silverRows(worlds[0] as World);
    expect(new Set(rows.map((row) => `${row.tenant}/${row.event_id}`)).size).toBe(rows.length);
    const alone = await halfDone();
    await runJob(alone, INTERACTIONS_JOB, { nowMs: NOW_MS });
    expect(rows).toEqual(await silverRows(alone));
  });

  it("refine repeats the one that lost", async () => {
    const { store } = await halfDone();
    const worlds = [openWorld(store), openWorld(store)];
    await Promise.all(worlds.map(({ ports }) => refine(ports, { nowMs: NOW_MS, rowsMax: 1_000 })));
    const alone = await halfDone();
    await runJob(alone, INTERACTIONS_JOB, { nowMs: NOW_MS });
    expect(await silverRows(openWorld(store))).toEqual(await silverRows(alone));
  });
});

describe("late events", () => {
  const prng = createPrng("late");
  const late = eventAt(prng, NOW_MS - 3 * DAY_MS, { received_at: NOW_MS });
  const fresh = eventAt(prng, NOW_MS - HOUR_MS, { received_at: NOW_MS });

  it("are handed over once, after the commit, when silver has not had them", async () => {
    const world = openWorld();
    await land(world, { nowMs: NOW_MS, events: [late, fresh, { ...late }] });
    await runJob(world, INTERACTIONS_JOB, { nowMs: NOW_MS });
    expect(world.handed).toEqual([late]);
    await land(world, { nowMs: NOW_MS + 1, events: [late] });
    await runJob(world, INTERACTIONS_JOB, { nowMs: NOW_MS + 1 });
    expect(world.handed).toEqual([late]);
  });

  it("are none when a copy landed in time, and are when a message waited too long to land", async () => {
    const world = openWorld();
    const copy = { ...late, received_at: NOW_MS - 3 * DAY_MS, sent_at: NOW_MS - 3 * DAY_MS };
    await land(world, { nowMs: NOW_MS - 3 * DAY_MS, events: [copy] });
    await land(world, { nowMs: NOW_MS, events: [late] });
    await runJob(world, INTERACTIONS_JOB, { nowMs: NOW_MS });
    expect(world.handed).toEqual([]);
    await land(world, { nowMs: NOW_MS + 2 * DAY_MS, events: [fresh] });
    await runJob(world, INTERACTIONS_JOB, { nowMs: NOW_MS + 2 * DAY_MS });
    expect(world.handed).toEqual([fresh]);
  });

  it("wait for the next unit when D1 does not take them", async () => {
    const world = openWorld();
    await land(world, { nowMs: NOW_MS, events: [late] });
    const refusing = { ...world.ports, applyLate: () => Promise.reject(new Error("D1 is away")) };
    const unit = INTERACTIONS_JOB.run(refusing, {
      nowMs: NOW_MS,
      rowsMax: 10,
      run: runName(NOW_MS, world.ports.newRunName()),
    });
    await expect(unit).rejects.toThrow("D1 is away");
    expect((await silverRows(world)).map((row) => row.event_id)).toEqual([late.event_id]);
    await runJob(world, INTERACTIONS_JOB, { nowMs: NOW_MS });
    expect(world.handed).toEqual([late]);
  });
});
