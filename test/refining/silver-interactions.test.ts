import { describe, expect, it } from "vitest";
import { createPrng, listAll } from "../../src/base/index.ts";
import { INTERACTIONS_JOB } from "../../src/refining/silver/interactions.ts";
import { copyOf, NOW_MS, randomEvents, randomItems, randomLinks } from "./events.ts";
import { type Landing, land, openWorld, runJob, silverRows, type World } from "./world.ts";

/** Everything in one landing and one unit. */
async function atOnce(landing: Landing): Promise<World> {
  const world = openWorld();
  await land(world, landing);
  await runJob(world, INTERACTIONS_JOB, { nowMs: NOW_MS });
  return world;
}

async function keysUnder({ store }: World, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of listAll(store, prefix)) keys.push(key);
  return keys;
}

describe("silver.interactions", () => {
  it("is the same in any order, with any repetition, in any number of steps", async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const prng = createPrng(seed);
      const events = randomEvents(prng, 100);
      const copies = events.filter(() => prng.next() < 0.3).map((event) => copyOf(prng, event));
      const all = {
        events: [...events, ...copies],
        links: randomLinks(prng, 6),
        items: randomItems(prng, 6),
      };
      const batch = await silverRows(await atOnce({ nowMs: NOW_MS, ...all }));
      const world = openWorld();
      const steps = 1 + prng.int(6);
      const deal = <T>(rows: readonly T[]) => {
        const twice = prng.shuffle([...rows, ...rows.filter(() => prng.next() < 0.3)]);
        return (step: number) => twice.filter((_, index) => index % steps === step);
      };
      const dealt = { events: deal(all.events), links: deal(all.links), items: deal(all.items) };
      for (let step = 0; step < steps; step++) {
        const { events, links, items } = dealt;
        await land(world, { nowMs: NOW_MS, events: events(step), links: links(step), items: items(step) });
        if (prng.next() < 0.7)
          await runJob(world, INTERACTIONS_JOB, { nowMs: NOW_MS, rowsMax: 1 + prng.int(60) });
      }
      await runJob(world, INTERACTIONS_JOB, { nowMs: NOW_MS, rowsMax: 1 + prng.int(60) });
      const rows = await silverRows(world);
      expect(rows, `seed ${seed}`).toEqual(batch);
      expect(new Set(rows.map((row) => `${row.tenant}/${row.event_id}`)).size).toBe(rows.length);
      expect(await keysUnder(world, "work/")).toEqual([]);
    }
  }, 120_000);
});
