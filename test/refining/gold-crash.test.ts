import { describe, expect, it } from "vitest";
import { createPrng, listAll, type ObjectStore } from "../../src/base/index.ts";
import { ITEM_DAILY, StaleBaseError, USER_HISTORIES } from "../../src/lake/index.ts";
import { dailyJob } from "../../src/refining/gold/item-daily.ts";
import { historiesJob } from "../../src/refining/gold/user-histories.ts";
import type { Job } from "../../src/refining/job.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { crashingStore } from "./crashing-store.ts";
import { NOW_MS, randomLinks } from "./events.ts";
import { randomInteractions, Silver } from "./gold-silver.ts";
import { openWorld, rowsOf, runJob } from "./world.ts";

const JOBS = [
  { job: historiesJob({ historyMax: 4, memoryRows: 20, fileRows: 10 }), table: USER_HISTORIES },
  { job: dailyJob({ memoryRows: 20, fileRows: 10 }), table: ITEM_DAILY },
] as const;

/** Gold made of one state of silver, and another state that it has not read. */
async function started(job: Job): Promise<ObjectStore> {
  const prng = createPrng(5);
  const world = openWorld();
  const silver = new Silver(world);
  silver.put(randomInteractions(prng, 60));
  await silver.commit(20);
  await runJob(world, job, { nowMs: NOW_MS });
  silver.put(randomInteractions(prng, 30));
  for (const row of silver.rows.slice(0, 10)) silver.put([{ ...row, is_automated: !row.is_automated }]);
  await silver.commit(20);
  await silver.link(randomLinks(prng, 3));
  return world.store;
}

async function copyOf(store: ObjectStore): Promise<ObjectStore> {
  const copy = memoryObjectStore();
  for await (const { key } of listAll(store, "")) {
    const object = await store.get(key);
    if (object !== null) await copy.put(key, object.bytes);
  }
  return copy;
}

/** In one order, whatever the files are called. */
async function goldOf(store: ObjectStore, table: (typeof JOBS)[number]["table"]): Promise<string[]> {
  const rows = await rowsOf<object>(openWorld(store), table as never);
  return rows.map((row) => JSON.stringify(row)).sort();
}

describe.each(JOBS)("$table.name", ({ job, table }) => {
  it("ends the same wherever a run dies", async () => {
    const before = await started(job);
    const whole = await copyOf(before);
    await runJob(openWorld(whole), job, { nowMs: NOW_MS + 9 });
    const expected = await goldOf(whole, table);
    let died = 0;
    for (let writes = 1; ; writes++) {
      const store = await copyOf(before);
      const crashing = crashingStore(store, { writes, lost: writes % 2 === 0 });
      const run = runJob(openWorld(crashing), job, { nowMs: NOW_MS + 9 });
      const failed = await run.then(
        () => false,
        () => true,
      );
      if (!failed) break;
      died++;
      await runJob(openWorld(store), job, { nowMs: NOW_MS + 9 });
      expect(await goldOf(store, table), `died at write ${writes}`).toEqual(expected);
    }
    expect(died).toBeGreaterThan(5);
  });

  it("takes one of two runs over the same step, and the other starts again", async () => {
    const store = await started(job);
    const whole = await copyOf(store);
    await runJob(openWorld(whole), job, { nowMs: NOW_MS + 9 });
    const { ports } = openWorld(store);
    const runs = ["a", "b"].map((run) => job.run(ports, { nowMs: NOW_MS + 9, rowsMax: 1_000, run }));
    const ends = await Promise.allSettled(runs);
    const lost = ends.filter((end) => end.status === "rejected");
    expect(lost).toHaveLength(1);
    expect(lost[0]?.reason).toBeInstanceOf(StaleBaseError);
    await runJob(openWorld(store), job, { nowMs: NOW_MS + 9 });
    expect(await goldOf(store, table)).toEqual(await goldOf(whole, table));
  });
});
