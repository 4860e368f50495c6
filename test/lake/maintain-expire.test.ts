import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS, type ObjectStore } from "../../src/base/index.ts";
import {
  type Lake,
  LINEAGE,
  type LineageRow,
  maintain,
  openLake,
  QUARANTINE,
  WAREHOUSE_URI,
} from "../../src/lake/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { crashingStore } from "./crashing-store.ts";
import { keysOf, scanRows } from "./rows.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const TABLES = [LINEAGE, QUARANTINE];

function row(index: number): LineageRow {
  return {
    run: `run-${index}`,
    job: "job",
    inputs: {},
    output: "t",
    rows_in: index,
    rows_out: 0,
    duration_ms: 1,
    started_at: NOW_MS,
  };
}

/** One commit an hour; the ids of their snapshots. */
async function withHours(hours: number, store: ObjectStore = memoryObjectStore()) {
  const lake = openLake(store);
  const ids: number[] = [];
  for (let hour = 0; hour < hours; hour++) {
    const nowMs = NOW_MS + hour * HOUR_MS;
    await lake.append(LINEAGE, [row(hour)], { nowMs });
    ids.push((await lake.commitPending(LINEAGE, { nowMs }))?.snapshotId ?? 0);
  }
  return { store, lake, ids };
}

async function run(store: ObjectStore, nowMs: number) {
  const { units, faults } = await maintain(store, {
    nowMs,
    unitsMax: 100,
    warehouseUri: WAREHOUSE_URI,
    tables: TABLES,
  });
  expect(faults).toEqual([]);
  return units.filter(({ table }) => table === LINEAGE.name);
}

const runsOf = async (lake: Lake, snapshotId?: number) =>
  (await scanRows(lake, LINEAGE, snapshotId === undefined ? {} : { snapshotId })).map((r) => r.run).sort();
const kept = async (lake: Lake) => (await lake.load(LINEAGE))?.snapshots.map(({ id }) => id);

describe("expiry", () => {
  it("forgets snapshots older than a day with what only they reach, and says so when asked for one", async () => {
    const { store, lake, ids } = await withHours(12);
    const nowMs = NOW_MS + DAY_MS + 6.5 * HOUR_MS;
    const files = (await lake.files(LINEAGE)).map(({ path }) => path);
    const units = await run(store, nowMs);
    expect(units).toMatchObject([
      { job: "compact", removed: 12 },
      { job: "expire", removed: 7 },
      { job: "sweep" },
    ]);
    expect((await kept(lake))?.slice(0, 5)).toEqual(ids.slice(7));
    expect(await runsOf(lake, ids[7])).toHaveLength(8);
    await expect(runsOf(lake, ids[6])).rejects.toThrow(`snapshot ${ids[6]} of ops.lineage has expired`);
    // The last state before the compaction still has every file.
    const keys = await keysOf(store);
    expect(keys).toEqual(expect.arrayContaining(files));
    await run(store, nowMs + 2 * DAY_MS);
    const left = (await keysOf(store)).filter((key) => key.endsWith(".parquet"));
    expect(left).toEqual((await lake.files(LINEAGE)).map(({ path }) => path));
    expect(await runsOf(lake)).toHaveLength(12);
  });

  it("keeps what a tag names, for as long as the tag says", async () => {
    const { store, lake, ids } = await withHours(10);
    const taggedMs = NOW_MS + 10 * HOUR_MS;
    await lake.tag(
      LINEAGE,
      { name: "train-1", snapshotId: ids[2] ?? 0, keepMs: 90 * DAY_MS },
      { nowMs: taggedMs },
    );
    await run(store, NOW_MS + 40 * DAY_MS);
    await run(store, NOW_MS + 41 * DAY_MS);
    expect(await kept(lake)).toMatchObject({ 0: ids[2], length: 2 });
    expect(await lake.snapshot(LINEAGE, { tag: "train-1" })).toMatchObject({ id: ids[2] });
    expect(await runsOf(lake, ids[2])).toEqual(["run-0", "run-1", "run-2"]);
    // A reader far behind is told, in place of being given half of what came since.
    await expect(lake.increment(LINEAGE, { after: ids[2] ?? 0 })).rejects.toThrow("expired");
    const all = await lake.increment(LINEAGE, { after: null });
    expect(all?.files.reduce((sum, file) => sum + file.rows, 0)).toBe(10);
    await run(store, taggedMs + 90 * DAY_MS + MINUTE_MS);
    await expect(lake.snapshot(LINEAGE, { tag: "train-1" })).rejects.toThrow("no tag train-1");
    await expect(runsOf(lake, ids[2])).rejects.toThrow("expired");
    expect(await runsOf(lake)).toHaveLength(10);
  });

  it("waits a week for a layer that has not read a snapshot, and keeps that layer's own word", async () => {
    const { store, lake, ids } = await withHours(8);
    const summary = { "lakeshore.input.ops.lineage": String(ids[3]) };
    await lake.commit(
      QUARANTINE,
      { operation: "append", added: [], summary },
      { nowMs: NOW_MS + 8 * HOUR_MS },
    );
    const word = (await lake.snapshot(QUARANTINE, {}))?.id;
    for (let hour = 9; hour < 12; hour++) {
      await lake.commit(
        QUARANTINE,
        { operation: "replace", added: [], summary: {} },
        { nowMs: NOW_MS + hour * HOUR_MS },
      );
    }
    await run(store, NOW_MS + 3 * DAY_MS);
    expect((await kept(lake))?.slice(0, 5)).toEqual(ids.slice(3));
    expect((await lake.increment(LINEAGE, { after: ids[3] ?? 0 }))?.files).toHaveLength(4);
    expect((await lake.load(QUARANTINE))?.snapshots[0]?.id).toBe(word);
    await run(store, NOW_MS + 9 * DAY_MS);
    await expect(lake.increment(LINEAGE, { after: ids[3] ?? 0 })).rejects.toThrow("expired");
    expect((await lake.load(QUARANTINE))?.snapshots[0]?.id).toBe(word);
  });

  it("keeps the newest hundred metadata files", async () => {
    const { store, lake, ids } = await withHours(1);
    for (let index = 0; index < 120; index++) {
      const tag = { name: "t", snapshotId: ids[0] ?? 0, keepMs: index };
      await lake.tag(LINEAGE, tag, { nowMs: NOW_MS + index });
    }
    await run(store, NOW_MS + 2 * HOUR_MS);
    const versions = (await keysOf(store)).filter((key) => key.endsWith(".metadata.json"));
    expect(versions).toHaveLength(100);
    expect(await runsOf(lake)).toEqual(["run-0"]);
    await store.delete(["lake/ops/lineage/metadata/version-hint.text"]);
    expect((await lake.load(LINEAGE))?.version).toBeGreaterThan(120);
  });

  for (const effect of ["before", "after"] as const) {
    it(`may crash at any write (${effect} it took effect): every state kept is whole, and nothing stays for ever`, async () => {
      for (let at = 0; ; at++) {
        const { store, lake } = await withHours(4);
        const nowMs = NOW_MS + DAY_MS + 2.5 * HOUR_MS;
        const crashing = crashingStore(store, { at, effect });
        const options = { unitsMax: 100, warehouseUri: WAREHOUSE_URI, tables: TABLES };
        await maintain(crashing, { ...options, nowMs });
        for (const id of (await kept(lake)) ?? []) await runsOf(lake, id);
        await run(store, nowMs);
        for (const id of (await kept(lake)) ?? []) await runsOf(lake, id);
        await run(store, nowMs + 60 * DAY_MS);
        const left = (await keysOf(store)).filter((key) => key.endsWith(".parquet"));
        expect(left).toEqual((await lake.files(LINEAGE)).map(({ path }) => path));
        expect(await runsOf(lake)).toHaveLength(4);
        if (!crashing.crashed()) break;
        expect(at).toBeLessThan(50);
      }
    });
  }
});

describe("retention", () => {
  const TABLE = { ...LINEAGE, retention: { column: "started_at", days: 30 } } as const;

  it("drops whole days past it, by a commit that readers of increments do not see", async () => {
    const store = memoryObjectStore();
    const lake = openLake(store);
    for (const [index, days] of [0, 10, 29, 31, 60].entries()) {
      await lake.append(TABLE, [{ ...row(index), started_at: NOW_MS - days * DAY_MS }], { nowMs: NOW_MS });
    }
    const first = await lake.commitPending(TABLE, { nowMs: NOW_MS });
    const options = { unitsMax: 10, warehouseUri: WAREHOUSE_URI, tables: [TABLE] };
    const { units } = await maintain(store, { ...options, nowMs: NOW_MS + MINUTE_MS });
    expect(units[0]).toMatchObject({ job: "retain", removed: 2, rows: 2 });
    expect(await runsOf(lake)).toEqual(["run-0", "run-1", "run-2"]);
    expect(await lake.snapshot(TABLE, {})).toMatchObject({ operation: "delete" });
    expect(await lake.increment(TABLE, { after: first?.snapshotId ?? 0 })).toBeNull();
    expect(await runsOf(lake, first?.snapshotId)).toHaveLength(5);
    await maintain(store, { ...options, nowMs: NOW_MS + 2 * DAY_MS });
    await maintain(store, { ...options, nowMs: NOW_MS + 4 * DAY_MS });
    expect((await keysOf(store)).filter((key) => key.endsWith(".parquet"))).toHaveLength(2);
  });
});

describe("the sweep", () => {
  it("takes what nothing names once the grace is over, and leaves what waits for its commit", async () => {
    const base = memoryObjectStore();
    const aged = (ageMs: number): ObjectStore => ({
      ...base,
      async list(prefix, cursor) {
        const page = await base.list(prefix, cursor);
        return {
          ...page,
          objects: page.objects.map((object) => ({ ...object, uploadedMs: NOW_MS - ageMs })),
        };
      },
    });
    const { lake } = await withHours(2, base);
    await lake.append(LINEAGE, [row(9)], { nowMs: NOW_MS + 3 * HOUR_MS });
    const before = await keysOf(base);
    const orphans = ["data/started_at_day=2026-11-21/x-1.parquet", "metadata/0a-m.avro"].map(
      (name) => `${LINEAGE.path}/${name}`,
    );
    for (const key of orphans) await base.put(key, new Uint8Array(1));
    expect((await run(aged(29 * DAY_MS), NOW_MS)).find(({ job }) => job === "sweep")).toMatchObject({
      deleted: 0,
    });
    expect(await run(aged(31 * DAY_MS), NOW_MS + HOUR_MS)).toEqual([]);
    const units = await run(aged(31 * DAY_MS), NOW_MS + DAY_MS);
    expect(units.find(({ job }) => job === "sweep")).toMatchObject({ deleted: 2 });
    const left = await keysOf(base);
    for (const key of orphans) expect(left).not.toContain(key);
    expect(left).toEqual(expect.arrayContaining(before.filter((key) => key.endsWith(".parquet"))));
    await lake.commitPending(LINEAGE, { nowMs: NOW_MS + DAY_MS, force: true });
    expect(await runsOf(lake)).toEqual(["run-0", "run-1", "run-9"]);
  });
});
