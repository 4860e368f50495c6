import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, listAll, MINUTE_MS } from "../../src/base/index.ts";
import { EVENTS } from "../../src/lake/index.ts";
import {
  failingChecks,
  LATEST_KEY,
  type QualityReport,
  readReport,
  runQuality,
  tenantReport,
} from "../../src/quality/index.ts";
import type { memoryObjectStore } from "../memory-object-store.ts";
import { land, NOW_MS, named, report, soundWorld } from "./world.ts";

const ALL = { rowsMax: 1_000_000 };

describe("a run", () => {
  it("reads nothing again, and of what came since only the partitions that it touched", async () => {
    const world = await soundWorld();
    const first = await report(world);
    expect(first.tables["bronze.events"]?.rowsRead).toBe(world.events.length);
    const store = world.store as ReturnType<typeof memoryObjectStore>;
    store.calls.length = 0;
    const second = await report(world, NOW_MS + HOUR_MS);
    expect(Object.values(second.tables).filter(({ rowsRead }) => rowsRead > 0)).toEqual([]);
    expect(store.calls.filter(({ key }) => key.endsWith(".parquet"))).toEqual([]);
    expect(named(second)).toEqual([]);

    await land(world, 7, NOW_MS + 2 * HOUR_MS);
    const third = await report(world, NOW_MS + 3 * HOUR_MS);
    const { "bronze.events": bronze, "silver.interactions": silver } = third.tables;
    expect(bronze).toMatchObject({ rowsRead: 7, partitionsRead: 1, complete: true });
    expect(silver).toMatchObject({ partitionsRead: 1 });
    expect(silver?.rowsRead).toBeLessThan(200);
    expect(named(third)).toEqual([]);
  });

  it("goes on where its bound stopped it, to the same verdicts", async () => {
    const world = await soundWorld({
      bronze: (event, daysAgo, index) => (daysAgo === 0 && index === 5 ? { ...event, quantity: -4 } : event),
    });
    const reports: QualityReport[] = [];
    for (let run = 0; run < 80; run++) {
      const { done, report } = await runQuality(world, { nowMs: NOW_MS + run, rowsMax: 1_500 });
      reports.push(report);
      if (done) break;
    }
    expect(reports.length).toBeGreaterThan(2);
    expect(reports.slice(0, -1).every(({ complete }) => !complete)).toBe(true);
    // What is not read yet is not missing.
    expect(reports.flatMap(({ reconciliation }) => reconciliation.differences)).toEqual([]);
    const whole = await soundWorld({
      bronze: (event, daysAgo, index) => (daysAgo === 0 && index === 5 ? { ...event, quantity: -4 } : event),
    });
    const once = await report(whole);
    expect(reports.at(-1)?.outcomes).toEqual(once.outcomes);
    expect(reports.reduce((sum, { quarantined }) => sum + quarantined, 0)).toBe(1);
  });

  it("does not count compacted rows again", async () => {
    const world = await soundWorld();
    const before = await report(world);
    const files = await world.lake.files(EVENTS);
    const [one] = files;
    if (one === undefined) throw new Error("bronze has files");
    const copy = { ...one, path: one.path.replace(".parquet", "-1.parquet") };
    await world.store.put(copy.path, (await world.store.get(one.path))?.bytes ?? new Uint8Array());
    const change = { operation: "replace", added: [copy], removed: [one.path] } as const;
    await world.lake.commit(EVENTS, change, { nowMs: NOW_MS });
    const after = await report(world, NOW_MS + MINUTE_MS);
    expect(after.tables["bronze.events"]?.rowsRead).toBe(0);
    expect(after.outcomes.filter(({ kind }) => kind === "volume")).toEqual(
      before.outcomes.filter(({ kind }) => kind === "volume"),
    );
  });

  it("begins anew when expiry took what it had read up to", async () => {
    const world = await soundWorld();
    await report(world);
    await land(world, 3, NOW_MS);
    await land(world, 3, NOW_MS + MINUTE_MS);
    const snapshots = (await world.lake.load(EVENTS))?.snapshots ?? [];
    const expire = snapshots.slice(0, -1).map(({ id }) => id);
    await world.lake.commit(EVENTS, { operation: "append", added: [], expire }, { nowMs: NOW_MS });
    const after = await report(world, NOW_MS + HOUR_MS);
    expect(after.tables["bronze.events"]?.rowsRead).toBe(world.events.length);
    expect(named(after)).toEqual([]);
  });

  it("begins anew when expiry took what came since, though a tag keeps what it had read up to", async () => {
    const world = await soundWorld();
    await report(world);
    const read = (await world.lake.snapshot(EVENTS, {}))?.id ?? 0;
    await land(world, 3, NOW_MS);
    const expire = [(await world.lake.snapshot(EVENTS, {}))?.id ?? 0];
    await land(world, 3, NOW_MS + MINUTE_MS);
    const tags = [{ name: "kept", snapshotId: read, keepMs: DAY_MS }];
    const change = { operation: "append", added: [], tags, expire } as const;
    await world.lake.commit(EVENTS, change, { nowMs: NOW_MS });
    await expect(world.lake.increment(EVENTS, { after: read })).rejects.toThrow("expired");
    const after = await report(world, NOW_MS + HOUR_MS);
    expect(after.tables["bronze.events"]?.rowsRead).toBe(world.events.length);
    expect(named(after)).toEqual([]);
  });

  it("that another one overtook changes nothing", async () => {
    const world = await soundWorld();
    const runs = await Promise.all([1, 2].map((ms) => runQuality(world, { nowMs: NOW_MS + ms, ...ALL })));
    expect(runs.map(({ done }) => done).sort()).toEqual([false, true]);
    const won = runs.find(({ done }) => done)?.report;
    expect(await readReport(world.store)).toEqual(won);
  });

  it("keeps the report before in the history, for a month", async () => {
    const world = await soundWorld();
    const first = await report(world);
    await report(world, NOW_MS + HOUR_MS);
    const key = `lake/ops/quality/history/2026-11-20/${first.atMs}.json`;
    const kept = JSON.parse(new TextDecoder().decode((await world.store.get(key))?.bytes)) as QualityReport;
    expect(kept).toEqual(first);
    await report(world, NOW_MS + 40 * DAY_MS);
    expect(await world.store.get(key)).toBeNull();
    const aggregates: string[] = [];
    for await (const object of listAll(world.store, "lake/ops/quality/aggregates/"))
      aggregates.push(object.key);
    expect(aggregates).toEqual([]);
    expect(await world.store.get(LATEST_KEY)).not.toBeNull();
  });
});

describe("a tenant's own part", () => {
  it("holds nothing of others, and says which of its tables fail", async () => {
    const world = await soundWorld({
      bronze: (event, daysAgo) =>
        daysAgo === 0 && event.received_at % 3 ? { ...event, quantity: -4 } : event,
    });
    const made = await report(world);
    expect(failingChecks(made, "shop").map(({ check }) => check)).toEqual(["quantity"]);
    expect(failingChecks(made, "other")).toEqual([]);
    const lossy = await soundWorld({
      silver: (row, daysAgo, index) => (daysAgo === 0 && index === 70 ? [] : [row]),
    });
    const lost = await report(lossy);
    const [difference] = lost.reconciliation.differences;
    expect(failingChecks(lost, "shop")).toEqual([
      {
        table: "reconciliation",
        check: `bronze → silver, ${difference?.receivedFrom}`,
        reason: expect.stringContaining("1 too few"),
      },
    ]);
    expect(failingChecks(lost, "other")).toEqual([]);
    const other = tenantReport(made, "other");
    expect(JSON.stringify(other)).not.toContain("shop");
    expect(other.outcomes.every(({ tenant }) => tenant === null)).toBe(true);
    expect(tenantReport(made, "shop").outcomes).toHaveLength(made.outcomes.length);
  });
});
