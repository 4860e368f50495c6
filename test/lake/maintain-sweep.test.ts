import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS, type ObjectStore } from "../../src/base/index.ts";
import { LINEAGE, maintain, openLake, WAREHOUSE_URI } from "../../src/lake/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { maintained, NOW_MS, row, runsOf, withHours } from "./hourly-lineage.ts";
import { keysOf } from "./rows.ts";

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
    expect((await maintained(aged(29 * DAY_MS), NOW_MS)).find(({ job }) => job === "sweep")).toMatchObject({
      deleted: 0,
    });
    expect(await maintained(aged(31 * DAY_MS), NOW_MS + HOUR_MS)).toEqual([]);
    const units = await maintained(aged(31 * DAY_MS), NOW_MS + DAY_MS);
    expect(units.find(({ job }) => job === "sweep")).toMatchObject({ deleted: 2 });
    const left = await keysOf(base);
    for (const key of orphans) expect(left).not.toContain(key);
    expect(left).toEqual(expect.arrayContaining(before.filter((key) => key.endsWith(".parquet"))));
    await lake.commitPending(LINEAGE, { nowMs: NOW_MS + DAY_MS, force: true });
    expect(await runsOf(lake)).toEqual(["run-0", "run-1", "run-9"]);
  });
});
