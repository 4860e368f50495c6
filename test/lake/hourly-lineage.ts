import { expect } from "vitest";
import { HOUR_MS, type ObjectStore } from "../../src/base/index.ts";
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
import { scanRows } from "./rows.ts";

/** Noon. */
export const NOW_MS = Date.UTC(2026, 10, 21, 12);
export const TABLES = [LINEAGE, QUARANTINE];

export function row(index: number): LineageRow {
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
export async function withHours(hours: number, store: ObjectStore = memoryObjectStore()) {
  const lake = openLake(store);
  const ids: number[] = [];
  for (let hour = 0; hour < hours; hour++) {
    const nowMs = NOW_MS + hour * HOUR_MS;
    await lake.append(LINEAGE, [row(hour)], { nowMs });
    ids.push((await lake.commitPending(LINEAGE, { nowMs }))?.snapshotId ?? 0);
  }
  return { store, lake, ids };
}

/** Maintains the two tables; what was done on the first of them. */
export async function maintained(store: ObjectStore, nowMs: number) {
  const { units, faults } = await maintain(store, {
    nowMs,
    unitsMax: 100,
    warehouseUri: WAREHOUSE_URI,
    tables: TABLES,
  });
  expect(faults).toEqual([]);
  return units.filter(({ table }) => table === LINEAGE.name);
}

export const runsOf = async (lake: Lake, snapshotId?: number) =>
  (await scanRows(lake, LINEAGE, snapshotId === undefined ? {} : { snapshotId })).map((r) => r.run).sort();
/** Ids of the snapshots that the table still has. */
export const kept = async (lake: Lake) => (await lake.load(LINEAGE))?.snapshots.map(({ id }) => id);
