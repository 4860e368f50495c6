import { describe, expect, it } from "vitest";
import { createPrng, DAY_MS, listAll, type ObjectStore, type Prng } from "../../src/base/index.ts";
import {
  referrerGroup,
  SEGMENT_MANIFEST,
  SEGMENTS_PREFIX,
  type SegmentCounts,
  type SegmentManifest,
} from "../../src/features/index.ts";
import { INTERACTIONS, type Interaction, StaleBaseError } from "../../src/lake/index.ts";
import { countSegments } from "../../src/refining/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { crashingStore } from "./crashing-store.ts";
import { NOW_MS } from "./events.ts";
import { randomInteractions, Silver } from "./gold-silver.ts";
import { openWorld, type World } from "./world.ts";

let runs = 0;
const count = (world: World, { nowMs = NOW_MS, rowsMax = 1_000_000 } = {}) =>
  countSegments(world, { nowMs, rowsMax, run: `run${++runs}` });

const REFERRERS = ["https://www.google.com/search?q=desk", "", "https://blog.example/post", "l.facebook.com"];

/** Silver with the surroundings that segments are made of. */
function visits(prng: Prng, n: number): Interaction[] {
  return randomInteractions(prng, n).map((row) => ({
    ...row,
    ...(prng.next() < 0.8 ? { country: prng.pick(["DE", "FR", "JP"]) } : {}),
    ...(prng.next() < 0.8 ? { device: prng.pick(["mobile", "desktop"] as const) } : {}),
    ...(prng.next() < 0.7 ? { context: { referrer: prng.pick(REFERRERS) } } : {}),
    ...(prng.next() < 0.5 ? { item_known: prng.next() < 0.9 } : {}),
  }));
}

async function read<Value>(store: ObjectStore, key: string): Promise<Value> {
  return JSON.parse(new TextDecoder().decode((await store.get(key))?.bytes)) as Value;
}

async function manifestOf(store: ObjectStore): Promise<SegmentManifest> {
  return read(store, SEGMENT_MANIFEST);
}

/** `tenant dimension value item` → count, and without an item the total. */
async function counted(store: ObjectStore): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const [tenant, key] of Object.entries((await manifestOf(store)).tenants)) {
    const { segments } = await read<SegmentCounts>(store, key);
    for (const { dimension, value, total, items } of segments) {
      found[[tenant, dimension, value].join(" ")] = round(total);
      for (const { itemId, score } of items)
        found[[tenant, dimension, value, itemId].join(" ")] = round(score);
    }
  }
  return sorted(found);
}

/** The same from all rows at once. */
function expected(rows: readonly Interaction[], nowMs: number): Record<string, number> {
  const today = Math.floor(nowMs / DAY_MS);
  const found: Record<string, number> = {};
  for (const row of rows) {
    const { tenant, item_id: item, occurred_at: atMs, context } = row;
    if (Math.floor(row.id_time / DAY_MS) <= today - 14) continue;
    if (item === undefined || row.event_weight <= 0 || row.item_known === false) continue;
    if (row.is_bot || row.is_automated) continue;
    const amount = row.event_weight * 0.5 ** (Math.max(0, today - Math.floor(atMs / DAY_MS)) / 3);
    const values = {
      country: row.country,
      device: row.device,
      hour: String(Math.floor(new Date(atMs).getUTCHours() / 4)),
      referrer: referrerGroup(context?.referrer as string | undefined),
    };
    for (const [dimension, value] of Object.entries(values)) {
      if (value === undefined || value === null) continue;
      for (const name of [[tenant, dimension, value].join(" "), [tenant, dimension, value, item].join(" ")])
        found[name] = (found[name] ?? 0) + amount;
    }
  }
  return sorted(Object.fromEntries(Object.entries(found).map(([name, amount]) => [name, round(amount)])));
}

const round = (amount: number) => Math.round(amount * 1_000) / 1_000;
const sorted = (found: Record<string, number>) =>
  Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));

async function copyOf(store: ObjectStore): Promise<ObjectStore> {
  const copy = memoryObjectStore();
  for await (const { key } of listAll(store, "")) {
    const object = await store.get(key);
    if (object !== null) await copy.put(key, object.bytes);
  }
  return copy;
}

/** One state that was counted, and another that was not. */
async function started(): Promise<{ world: World; silver: Silver; prng: Prng }> {
  const prng = createPrng(11);
  const world = openWorld();
  const silver = new Silver(world);
  silver.put(visits(prng, 150));
  await silver.commit(40);
  await count(world);
  silver.put(visits(prng, 60));
  for (const row of silver.rows.slice(0, 20)) silver.put([{ ...row, is_automated: !row.is_automated }]);
  for (const row of silver.rows.slice(20, 30)) silver.delete(row);
  await silver.commit(40);
  return { world, silver, prng };
}

describe("counts of segments", () => {
  it("are what silver's rows add up to, in whatever steps they came, changed and went", async () => {
    const { world, silver, prng } = await started();
    expect(await count(world)).toMatchObject({ anew: false, tenants: 3 });
    expect(await counted(world.store)).toEqual(expected(silver.rows, silver.nowMs));
    silver.put(visits(prng, 40));
    await silver.commit(40);
    await count(world);
    const all = await counted(world.store);
    expect(all).toEqual(expected(silver.rows, silver.nowMs));
    expect(Object.keys(all).length).toBeGreaterThan(100);
    expect(await count(world)).toBeNull();
  });

  it("are the same wherever a run dies", async () => {
    const { world } = await started();
    const whole = await copyOf(world.store);
    await count(openWorld(whole));
    const wanted = await counted(whole);
    const before = await counted(world.store);
    expect(before).not.toEqual(wanted);
    let died = 0;
    for (let writes = 1; ; writes++) {
      const store = await copyOf(world.store);
      const crashing = crashingStore(store, { writes, lost: writes % 2 === 0 });
      const isWhole = await count(openWorld(crashing)).then(
        () => true,
        () => false,
      );
      if (isWhole) break;
      died++;
      expect([before, wanted]).toContainEqual(await counted(store));
      await count(openWorld(store));
      expect(await counted(store)).toEqual(wanted);
    }
    expect(died).toBeGreaterThan(3);
  });

  it("count once when two runs meet", async () => {
    const { world, silver } = await started();
    const ends = await Promise.allSettled([count(world), count(world)]);
    const failed = ends.filter((end) => end.status === "rejected");
    expect(failed).toHaveLength(1);
    expect(failed[0]?.reason).toBeInstanceOf(StaleBaseError);
    expect(await counted(world.store)).toEqual(expected(silver.rows, silver.nowMs));
  });

  it("begin anew where the state counted last has expired", async () => {
    const { world, silver } = await started();
    const [first] = (await world.lake.load(INTERACTIONS))?.snapshots ?? [];
    const change = { operation: "replace", added: [], expire: [first?.id ?? 0] } as const;
    await world.lake.commit(INTERACTIONS, change, { nowMs: silver.nowMs + 1 });
    expect(await count(world)).toMatchObject({ anew: true });
    expect(await counted(world.store)).toEqual(expected(silver.rows, silver.nowMs));
  });

  it("take the newest days where there are too many rows", async () => {
    const { world, silver } = await started();
    expect(await count(world, { rowsMax: 100 })).toMatchObject({ anew: true });
    const all = expected(silver.rows, silver.nowMs);
    const taken = Object.values(await counted(world.store)).reduce((sum, amount) => sum + amount, 0);
    const whole = Object.values(all).reduce((sum, amount) => sum + amount, 0);
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThan(whole);
  });

  it("are bounded: the 200 items and 50 values with most", async () => {
    const prng = createPrng(3);
    const world = openWorld();
    const silver = new Silver(world);
    const [model] = randomInteractions(prng, 50).filter((row) => row.event_weight > 0 && !row.is_bot);
    if (model === undefined) throw new Error("some are of people");
    const row = (n: number, fields: Partial<Interaction>): Interaction => ({
      ...model,
      ...fields,
      tenant: "t",
      is_automated: false,
      item_known: true,
      event_id: `${model.event_id.slice(0, -4)}${n.toString(16).padStart(4, "0")}`,
    });
    const favourite = Array.from({ length: 5 }, (_, n) => row(n, { item_id: "favourite", country: "DE" }));
    const many = Array.from({ length: 3_000 }, (_, n) => row(n + 5, { item_id: `i${n}`, country: "DE" }));
    const hosts = Array.from({ length: 120 }, (_, n) =>
      row(n + 4_000, { item_id: "i1", context: { referrer: `https://h${n}.example/` } }),
    );
    silver.put([...favourite, ...many, ...hosts]);
    await silver.commit();
    await count(world);
    const { segments } = await read<SegmentCounts>(
      world.store,
      (await manifestOf(world.store)).tenants.t ?? "",
    );
    const land = segments.find(({ dimension }) => dimension === "country");
    expect(land?.items).toHaveLength(200);
    expect(land?.items[0]?.itemId).toBe("favourite");
    expect(land?.total).toBeGreaterThan(land?.items.reduce((sum, { score }) => sum + score, 0) ?? 0);
    expect(segments.filter(({ dimension }) => dimension === "referrer")).toHaveLength(50);
  });

  it("leave nothing behind but themselves and those before them", async () => {
    const { world, silver, prng } = await started();
    for (let round = 0; round < 4; round++) {
      silver.put(visits(prng, 10));
      await silver.commit(40);
      await count(world);
    }
    const { tenants, before } = await manifestOf(world.store);
    const keys = (await world.store.list(SEGMENTS_PREFIX)).objects.map(({ key }) => key);
    expect(new Set(keys)).toEqual(new Set([SEGMENT_MANIFEST, ...Object.values(tenants), ...before]));
  });
});
