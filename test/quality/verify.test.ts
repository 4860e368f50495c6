import { beforeEach, describe, expect, it } from "vitest";
import { createPrng, HOUR_MS } from "../../src/base/index.ts";
import { EVENTS, INTERACTIONS, type LiveFile, openLake } from "../../src/lake/index.ts";
import { verifyLake, verifyTable } from "../../src/quality/index.ts";
import { randomEvent } from "../lake/events.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { NOON_MS, soundRow, writeSilver } from "./world.ts";

describe("verifyLake", () => {
  let store: ReturnType<typeof memoryObjectStore>;
  let lake: ReturnType<typeof openLake>;
  let bronze: LiveFile[];

  beforeEach(async () => {
    store = memoryObjectStore();
    lake = openLake(store);
    const prng = createPrng(5);
    const events = Array.from({ length: 300 }, () => randomEvent(prng, prng.pick(["a", "b"]), NOON_MS));
    for (const part of [events.slice(0, 100), events.slice(100)]) {
      await lake.append(EVENTS, part, { nowMs: NOON_MS });
      await lake.commitPending(EVENTS, { nowMs: NOON_MS, force: true });
    }
    const read = (await lake.load(EVENTS))?.current?.id;
    await writeSilver(lake, events.map(soundRow), { nowMs: NOON_MS, read });
    bronze = await lake.files(EVENTS);
  });

  const faults = async () =>
    Object.values(await verifyLake({ lake, store })).flatMap((table) =>
      table.faults.map(({ table: name, check }) => `${name}: ${check}`),
    );

  it("finds a sound lake sound and tells its sizes", async () => {
    const verified = await verifyLake({ lake, store });
    expect(Object.keys(verified)).toEqual(["bronze.events", "silver.interactions"]);
    expect(verified["bronze.events"]).toMatchObject({
      size: { rows: 300, files: bronze.length, snapshots: 2 },
      passed: 9,
      faults: [],
    });
    expect(verified["silver.interactions"]?.faults).toEqual([]);
  });

  it("names a file that is gone", async () => {
    await store.delete([bronze[0]?.path ?? ""]);
    expect(await faults()).toEqual(["bronze.events: exists"]);
    const { faults: found } = (await verifyTable({ lake, store }, EVENTS)) ?? { faults: [] };
    expect(found[0]?.detail).toContain(bronze[0]?.path);
  });

  it("names a file that was cut, and one in which a bit has turned", async () => {
    const [first, second] = bronze as [LiveFile, LiveFile];
    const bytes = (await store.get(first.path))?.bytes ?? new Uint8Array();
    await store.put(first.path, bytes.slice(0, -5));
    const other = (await store.get(second.path))?.bytes.slice() ?? new Uint8Array();
    other[200] = (other[200] ?? 0) ^ 1;
    await store.put(second.path, other);
    expect((await faults()).sort()).toEqual(["bronze.events: bytes", "bronze.events: size"]);
  });

  it("names a manifest that says more rows, or tighter bounds, than its file has", async () => {
    const [first] = bronze as [LiveFile];
    const lies: [Partial<LiveFile>, string][] = [
      [{ rows: first.rows + 1 }, "bronze.events: footer"],
      [
        { stats: { ...first.stats, 17: { min: NOON_MS - HOUR_MS / 6, max: NOON_MS, nullCount: 0 } } },
        "bronze.events: bounds",
      ],
      [{ stats: { ...first.stats, 7: { ...first.stats[7], nullCount: 9_999 } } }, "bronze.events: bounds"],
    ];
    for (const [lie, named] of lies) {
      const own = openLake(store, { warehouseUri: "s3://lakeshore-lake" });
      const [current] = (await own.files(EVENTS)).filter(
        ({ partition }) => partition[0] === first.partition[0],
      );
      await own.commit(
        EVENTS,
        {
          operation: "overwrite",
          removed: [current?.path ?? ""],
          added: [{ ...first, ...lie, path: `${first.path.slice(0, -8)}-9.parquet` }],
        },
        { nowMs: NOON_MS },
      );
      const copy = (await store.get(first.path))?.bytes ?? new Uint8Array();
      await store.put(`${first.path.slice(0, -8)}-9.parquet`, copy);
      expect(await faults()).toEqual([named]);
      const honest = { ...first, path: `${first.path.slice(0, -8)}-8.parquet` };
      await store.put(honest.path, copy);
      await own.commit(
        EVENTS,
        { operation: "overwrite", removed: [`${first.path.slice(0, -8)}-9.parquet`], added: [honest] },
        { nowMs: NOON_MS },
      );
    }
  });

  it("names a doubled row of silver, and a watermark that was never there", async () => {
    const [event] = [randomEvent(createPrng(8), "a", NOON_MS)];
    const read = (await lake.load(EVENTS))?.current?.id;
    await writeSilver(lake, [soundRow(event)], { nowMs: NOON_MS, read });
    await writeSilver(lake, [{ ...soundRow(event), event_weight: 3 }], { nowMs: NOON_MS, read });
    expect(await faults()).toEqual(["silver.interactions: rows_once"]);
    await lake.commit(
      INTERACTIONS,
      { operation: "overwrite", added: [], summary: { "lakeshore.input.bronze.events": "12345" } },
      { nowMs: NOON_MS },
    );
    expect((await faults()).sort()).toEqual([
      "silver.interactions: rows_once",
      "silver.interactions: watermark",
    ]);
  });
});
