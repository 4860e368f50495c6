import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS, type ObjectStore } from "../../src/base/index.ts";
import { LINEAGE, maintain, QUARANTINE, WAREHOUSE_URI } from "../../src/lake/index.ts";
import { crashingStore } from "./crashing-store.ts";
import { kept, maintained, NOW_MS, row, runsOf, TABLES, withHours } from "./hourly-lineage.ts";
import { keysOf } from "./rows.ts";

describe("expiry", () => {
  it("forgets snapshots older than a day with what only they reach, and says so when asked for one", async () => {
    const { store, lake, ids } = await withHours(12);
    const nowMs = NOW_MS + DAY_MS + 6.5 * HOUR_MS;
    const files = (await lake.files(LINEAGE)).map(({ path }) => path);
    const units = await maintained(store, nowMs);
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
    await maintained(store, nowMs + 2 * DAY_MS);
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
    await maintained(store, NOW_MS + 40 * DAY_MS);
    await maintained(store, NOW_MS + 41 * DAY_MS);
    expect(await kept(lake)).toMatchObject({ 0: ids[2], length: 2 });
    expect(await lake.snapshot(LINEAGE, { tag: "train-1" })).toMatchObject({ id: ids[2] });
    expect(await runsOf(lake, ids[2])).toEqual(["run-0", "run-1", "run-2"]);
    // A reader far behind is told, in place of being given half of what came since.
    await expect(lake.increment(LINEAGE, { after: ids[2] ?? 0 })).rejects.toThrow("expired");
    const all = await lake.increment(LINEAGE, { after: null });
    expect(all?.files.reduce((sum, file) => sum + file.rows, 0)).toBe(10);
    await maintained(store, taggedMs + 90 * DAY_MS + MINUTE_MS);
    await expect(lake.snapshot(LINEAGE, { tag: "train-1" })).rejects.toThrow("no tag train-1");
    await expect(runsOf(lake, ids[2])).rejects.toThrow("expired");
    expect(await runsOf(lake)).toHaveLength(10);
  });

  it("gives way to a tag that is set meanwhile", async () => {
    const { store, lake, ids } = await withHours(3);
    const nowMs = NOW_MS + 3 * DAY_MS;
    let versions = 0;
    const racing: ObjectStore = {
      ...store,
      async put(key, bytes, condition) {
        // Right before the commit that forgets, which follows the compaction's, the snapshot is tagged.
        if (key.endsWith(".metadata.json") && ++versions === 2) {
          await lake.tag(LINEAGE, { name: "t", snapshotId: ids[0] ?? 0, keepMs: DAY_MS }, { nowMs });
        }
        return store.put(key, bytes, condition);
      },
    };
    const units = await maintained(racing, nowMs);
    expect(units.map(({ job, outcome }) => [job, outcome])).toContainEqual(["expire", "overtaken"]);
    expect(units.map(({ job, outcome }) => [job, outcome])).toContainEqual(["expire", "done"]);
    expect(await kept(lake)).toMatchObject({ 0: ids[0], length: 2 });
    expect(await runsOf(lake, ids[0])).toEqual(["run-0"]);
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
    await maintained(store, NOW_MS + 3 * DAY_MS);
    expect((await kept(lake))?.slice(0, 5)).toEqual(ids.slice(3));
    expect((await lake.increment(LINEAGE, { after: ids[3] ?? 0 }))?.files).toHaveLength(4);
    expect((await lake.load(QUARANTINE))?.snapshots[0]?.id).toBe(word);
    await maintained(store, NOW_MS + 9 * DAY_MS);
    await expect(lake.increment(LINEAGE, { after: ids[3] ?? 0 })).rejects.toThrow("expired");
    expect((await lake.load(QUARANTINE))?.snapshots[0]?.id).toBe(word);
  });

  it("waits a week from the first snapshot that a layer has not read, however old its mark is", async () => {
    const { store, lake, ids } = await withHours(1);
    const mark = ids[0] ?? 0;
    const summary = { "lakeshore.input.ops.lineage": String(mark) };
    await lake.commit(QUARANTINE, { operation: "append", added: [], summary }, { nowMs: NOW_MS });
    await maintained(store, NOW_MS + 2 * DAY_MS);
    const laterMs = NOW_MS + 8 * DAY_MS;
    for (let hour = 0; hour < 3; hour++) {
      const nowMs = laterMs + hour * HOUR_MS;
      await lake.append(LINEAGE, [row(1 + hour)], { nowMs });
      await lake.commitPending(LINEAGE, { nowMs });
    }
    await maintained(store, laterMs + 2 * DAY_MS);
    expect((await lake.increment(LINEAGE, { after: mark }))?.files).toHaveLength(3);
    await maintained(store, laterMs + 7 * DAY_MS + MINUTE_MS);
    await expect(lake.increment(LINEAGE, { after: mark })).rejects.toThrow("expired");
  });

  it("keeps the newest hundred metadata files", async () => {
    const { store, lake, ids } = await withHours(1);
    for (let index = 0; index < 120; index++) {
      const tag = { name: "t", snapshotId: ids[0] ?? 0, keepMs: index };
      await lake.tag(LINEAGE, tag, { nowMs: NOW_MS + index });
    }
    await maintained(store, NOW_MS + 2 * HOUR_MS);
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
        await maintained(store, nowMs);
        for (const id of (await kept(lake)) ?? []) await runsOf(lake, id);
        await maintained(store, nowMs + 60 * DAY_MS);
        const left = (await keysOf(store)).filter((key) => key.endsWith(".parquet"));
        expect(left).toEqual((await lake.files(LINEAGE)).map(({ path }) => path));
        expect(await runsOf(lake)).toHaveLength(4);
        if (!crashing.crashed()) break;
        expect(at).toBeLessThan(50);
      }
    });
  }
});
