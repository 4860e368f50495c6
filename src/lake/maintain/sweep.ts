import { listAll, type ObjectStore } from "../../base/index.ts";
import {
  deletableMetadata,
  type IcebergTable,
  loadTable,
  reachable,
  type Warehouse,
} from "../../iceberg/index.ts";
import { fileName } from "../data-file.ts";
import { entryName, listEntries } from "../pending.ts";
import type { AnyTable } from "../tables/table.ts";
import { deleteAll, ORPHAN_GRACE_MS, SWEEP_EVERY_MS } from "./limits.ts";
import { type MaintenanceUnit, unitOf } from "./unit.ts";

/** Deletes objects under the table's prefix that are past the grace and that no snapshot and no pending entry names. */
export async function sweep(
  warehouse: Warehouse,
  table: AnyTable,
  { nowMs }: { nowMs: number },
): Promise<MaintenanceUnit> {
  const { store } = warehouse;
  const old: string[] = [];
  for await (const { key, uploadedMs } of listAll(store, `${table.path}/`)) {
    if (uploadedMs < nowMs - ORPHAN_GRACE_MS && isSwept(key)) old.push(key);
  }
  if (old.length === 0) return unitOf("sweep", table);
  // Entries before the table: one that is committed in between is then found in the table.
  const pending = new Set((await listEntries(store, table)).map(entryName));
  const state = await loadTable(warehouse, table.path);
  const named = state === null ? new Set<string>() : await reachable(warehouse, state);
  const orphans = old.filter(
    (key) => !named.has(key) && !(key.endsWith(".parquet") && pending.has(fileName(key))),
  );
  await deleteAll(store, orphans);
  return unitOf("sweep", table, { deleted: orphans.length });
}

/** Data files, manifests and their lists. Metadata files have a rule of their own. */
function isSwept(key: string): boolean {
  return key.endsWith(".parquet") || key.endsWith(".avro");
}

/** Metadata files beyond the newest hundred versions. */
export async function trimmableMetadata(
  { store }: Warehouse,
  table: IcebergTable,
  { nowMs }: { nowMs: number },
): Promise<string[]> {
  const objects: { key: string; uploadedMs: number }[] = [];
  for await (const object of listAll(store, `${table.prefix}/metadata/v`)) objects.push(object);
  return deletableMetadata(table, objects, { nowMs });
}

/** When each table was last swept. Lost, it costs a listing. */
const STATE_KEY = "work/lake-maintenance.json";

interface SweepState {
  v: 1;
  sweptMs: Record<string, number>;
}

export async function readSwept(store: ObjectStore): Promise<Record<string, number>> {
  const object = await store.get(STATE_KEY);
  if (object === null) return {};
  return (JSON.parse(new TextDecoder().decode(object.bytes)) as SweepState).sweptMs;
}

export function isSweepDue(sweptMs: Record<string, number>, { name }: AnyTable, nowMs: number): boolean {
  return (sweptMs[name] ?? Number.NEGATIVE_INFINITY) <= nowMs - SWEEP_EVERY_MS;
}

export async function writeSwept(store: ObjectStore, sweptMs: Record<string, number>): Promise<void> {
  const state: SweepState = { v: 1, sweptMs };
  await store.put(STATE_KEY, new TextEncoder().encode(JSON.stringify(state)));
}
