import { expect, it } from "vitest";
import { createPrng, DAY_MS, HOUR_MS } from "../../src/base/index.ts";
import {
  EVENTS,
  INTERACTIONS,
  ITEM_CHANGES,
  ITEM_STATES,
  maintain,
  WAREHOUSE_URI,
} from "../../src/lake/index.ts";
import { INTERACTIONS_JOB } from "../../src/refining/silver/interactions.ts";
import { ITEM_STATES_JOB } from "../../src/refining/silver/states.ts";
import { readBase } from "../../src/refining/watermark.ts";
import { NOW_MS, randomEvents, randomItems } from "./events.ts";
import { land, openWorld, rowsOf, runJob, silverRows } from "./world.ts";

it("silver goes on by itself when its marks have expired, and then holds what it would have held", async () => {
  const [world, atOnce] = [openWorld(), openWorld()];
  const prng = createPrng("away");
  const landBoth = async (nowMs: number, count: number) => {
    const landing = { nowMs, events: randomEvents(prng, count), items: randomItems(prng, 4) };
    for (const one of [world, atOnce]) await land(one, landing);
  };
  await landBoth(NOW_MS, 30);
  for (const job of [INTERACTIONS_JOB, ITEM_STATES_JOB]) await runJob(world, job, { nowMs: NOW_MS });
  const handed = world.handed.length;
  for (let hour = 1; hour <= 3; hour++) await landBoth(NOW_MS + hour * HOUR_MS, 10);
  const nowMs = NOW_MS + 9 * DAY_MS;
  await maintain(world.store, { nowMs, unitsMax: 1_000, warehouseUri: WAREHOUSE_URI });
  for (const [output, input] of [
    [INTERACTIONS, EVENTS],
    [ITEM_STATES, ITEM_CHANGES],
  ] as const) {
    const after = (await readBase(world.lake, output)).mark(input);
    await expect(world.lake.increment(input, { after })).rejects.toMatchObject({ kind: "expired" });
  }
  for (const one of [world, atOnce]) {
    for (const job of [INTERACTIONS_JOB, ITEM_STATES_JOB]) await runJob(one, job, { nowMs });
  }
  expect(await silverRows(world)).toEqual(await silverRows(atOnce));
  expect(await rowsOf(world, ITEM_STATES)).toEqual(await rowsOf(atOnce, ITEM_STATES));
  // Late events that were handed over before are not handed over again.
  const ids = world.handed.map((event) => `${event.tenant}/${event.event_id}`);
  expect(handed).toBeGreaterThan(0);
  expect(new Set(ids).size).toBe(ids.length);
  // From here on it reads increments again.
  await land(world, { nowMs: nowMs + HOUR_MS, events: randomEvents(prng, 1) });
  const after = (await readBase(world.lake, INTERACTIONS)).mark(EVENTS);
  expect((await world.lake.increment(EVENTS, { after }))?.files).toHaveLength(1);
});
