import { describe, expect, it } from "vitest";
import { HOUR_MS, MINUTE_MS, type ObjectStore } from "../../src/base/index.ts";
import {
  compareCells,
  EVENTS,
  LINEAGE,
  type LineageRow,
  maintain,
  openLake,
  WAREHOUSE_URI,
} from "../../src/lake/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { crashingStore } from "./crashing-store.ts";
import { copyInto, scanRows } from "./rows.ts";
import { events, filesOf, ids, maintained, NEXT_MS, NOW_MS, withCommits } from "./small-commits.ts";

function lineageRow(name: string): LineageRow {
  const counts = { rows_in: 1, rows_out: 1, duration_ms: 1 };
  return { run: name, job: "job", inputs: {}, output: "t", ...counts, started_at: NOW_MS };
}

describe("compaction", () => {
  it("merges a closed partition's files: the same rows, in the table's order", async () => {
    const { store, lake, rows } = await withCommits(12);
    const before = await lake.snapshot(EVENTS, {});
    const { done, units, faults } = await maintained(store);
    expect({ done, faults }).toEqual({ done: true, faults: [] });
    expect(units.filter(({ job }) => job === "compact")).toMatchObject([{ removed: 12, rows: 240 }]);
    expect(await filesOf(lake)).toHaveLength(1);
    const after = await scanRows(lake, EVENTS);
    const sorted = after.toSorted(
      (a, b) =>
        compareCells(a.tenant, b.tenant) ||
        a.received_at - b.received_at ||
        compareCells(a.event_id, b.event_id),
    );
    expect(after).toEqual(sorted);
    expect(after.toSorted((a, b) => compareCells(a.event_id, b.event_id))).toEqual(
      rows.toSorted((a, b) => compareCells(a.event_id, b.event_id)),
    );
    expect(await lake.snapshot(EVENTS, {})).toMatchObject({ operation: "replace", parentId: before?.id });
    // Readers of increments have nothing new; the state before is as it was.
    expect(await lake.increment(EVENTS, { after: before?.id ?? 0 })).toBeNull();
    expect(ids(await scanRows(lake, EVENTS, { snapshotId: before?.id ?? 0 }))).toEqual(ids(rows));
    expect((await maintained(store)).units).toEqual([]);
  });

  it("goes on until files have their size, as many rows as a merge may hold at a time", async () => {
    const store = memoryObjectStore();
    const lake = openLake(store);
    for (let file = 0; file < 8; file++) {
      const rows = Array.from({ length: 18_000 }, (_, row) => lineageRow(`${file}-${row}`));
      await lake.append(LINEAGE, rows, { nowMs: NOW_MS + file });
    }
    await lake.commitPending(LINEAGE, { nowMs: NOW_MS, force: true });
    const options = { nowMs: NEXT_MS, unitsMax: 100, warehouseUri: WAREHOUSE_URI, tables: [LINEAGE] };
    const { units } = await maintain(store, options);
    expect(units.filter(({ job }) => job === "compact")).toMatchObject([
      { removed: 5, rows: 90_000 },
      { removed: 3, rows: 54_000 },
      { removed: 2, rows: 144_000 },
    ]);
    const runs = (await scanRows(lake, LINEAGE, { columns: ["run"] })).map(({ run: name }) => name);
    expect(runs).toHaveLength(144_000);
    expect(runs).toEqual(runs.toSorted());
    expect(new Set(runs).size).toBe(144_000);
  });

  it("leaves a growing partition alone until eight small files are there", async () => {
    const { store, lake } = await withCommits(7);
    await maintained(store, NOW_MS + HOUR_MS);
    expect(await filesOf(lake)).toHaveLength(7);
    await lake.append(EVENTS, events("eighth", 5), { nowMs: NOW_MS + HOUR_MS });
    await lake.commitPending(EVENTS, { nowMs: NOW_MS + HOUR_MS });
    await maintained(store, NOW_MS + HOUR_MS);
    expect(await filesOf(lake)).toHaveLength(1);
  });

  it("does no more than it is asked to in a call", async () => {
    const { store } = await withCommits(12);
    const first = await maintained(store, NEXT_MS, 1);
    expect(first).toMatchObject({ done: false, units: [{ job: "compact" }] });
    const rest: string[] = [];
    for (let done = false; !done; ) {
      const more = await maintained(store, NEXT_MS, 1);
      rest.push(...more.units.map(({ job }) => job));
      done = more.done;
    }
    expect(rest).not.toContain("compact");
  });

  it("loses nothing to writers who go on, and they lose nothing to it", async () => {
    const { store, lake, rows } = await withCommits(10);
    const writer = async (name: string) => {
      for (let index = 0; index < 6; index++) {
        const more = events(`${name} ${index}`, 10);
        rows.push(...more);
        const nowMs = NEXT_MS + index * MINUTE_MS;
        await lake.append(EVENTS, more, { nowMs });
        await lake.commitPending(EVENTS, { nowMs, force: true });
      }
    };
    const maintainer = async () => {
      for (let index = 0; index < 4; index++) await maintained(store, NEXT_MS + index * MINUTE_MS);
    };
    await Promise.all([writer("one"), writer("two"), maintainer(), maintainer()]);
    await lake.commitPending(EVENTS, { nowMs: NEXT_MS + HOUR_MS, force: true });
    await maintained(store, NEXT_MS + HOUR_MS);
    expect(ids(await scanRows(lake, EVENTS))).toEqual(ids(rows));
    expect((await filesOf(lake)).length).toBeLessThan(4);
  });

  it("ends without a trace when another has replaced one of its files", async () => {
    const { store, lake, rows } = await withCommits(10);
    const [victim] = await filesOf(lake);
    let armed = true;
    const racing: ObjectStore = {
      ...store,
      async put(key, bytes, condition) {
        if (armed && key.endsWith(".parquet")) {
          armed = false;
          const change = { operation: "delete", added: [], removed: [victim?.path ?? ""] } as const;
          await lake.commit(EVENTS, change, { nowMs: NEXT_MS });
        }
        return store.put(key, bytes, condition);
      },
    };
    const { units } = await maintained(racing);
    expect(units[0]).toMatchObject({ job: "compact", outcome: "overtaken", removed: 0, deleted: 1 });
    expect(await scanRows(lake, EVENTS)).toHaveLength(rows.length - (victim?.rows ?? 0));
  });

  it("does not rewrite a table with columns that this version does not know", async () => {
    const { store, lake } = await withCommits(10);
    const newer = {
      ...EVENTS,
      columns: [...EVENTS.columns, { id: 99, name: "type", type: "string", required: false }],
    };
    const grown = {
      ...newer,
      columns: newer.columns.map((c) => (c.id === 99 ? { ...c, name: "newer" } : c)),
    };
    await openLake(store).commit(
      grown as never,
      { operation: "append", added: [], summary: {} },
      { nowMs: NOW_MS },
    );
    const { units } = await maintained(store);
    expect(units.map(({ job }) => job)).not.toContain("compact");
    expect(await filesOf(lake)).toHaveLength(10);
  });
});

describe("a crash during compaction", () => {
  for (const effect of ["before", "after"] as const) {
    it(`at any write (${effect} it took effect) loses no row, and the next call finishes`, async () => {
      const { store: template, rows } = await withCommits(9);
      for (let at = 0; ; at++) {
        const store = await copyInto(memoryObjectStore(), template);
        const lake = openLake(store);
        const crashing = crashingStore(store, { at, effect });
        await maintained(crashing);
        expect(ids(await scanRows(lake, EVENTS))).toEqual(ids(rows));
        expect(await maintained(store)).toMatchObject({ done: true, faults: [] });
        expect(ids(await scanRows(lake, EVENTS))).toEqual(ids(rows));
        expect(await filesOf(lake)).toHaveLength(1);
        if (!crashing.crashed()) break;
        expect(at).toBeLessThan(50);
      }
    });
  }
});
