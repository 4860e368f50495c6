import type { ObjectStore } from "../../base/index.ts";
import { loadTable, type Warehouse } from "../../iceberg/index.ts";
import { commitWaiting } from "../commit-waiting.ts";
import { LakeError } from "../error.ts";
import { TABLES } from "../tables/all.ts";
import type { AnyTable } from "../tables/table.ts";
import { holdsAny, rewriteWithout, suspects } from "./erase-rows.ts";
import { forgetOlderStates } from "./erase-states.ts";
import type { Erasure } from "./erasure.ts";
import { loadStates, readMarks } from "./expire.ts";
import { knowsEveryColumn, type MaintainOptions, type Maintenance } from "./maintain.ts";
import type { MaintenanceUnit } from "./unit.ts";

export interface Erased extends Omit<Maintenance, "faults"> {
  /** The rows are gone, but a layer above has yet to read rows that came before: refine, and call again. */
  waitsForReaders?: true;
}

/**
 * Rewrites a table without some rows, file by file, and then forgets every older state of it, tagged ones too, with their
 * objects: whoever asks for one is told that it was erased. Readers of increments go on. Bounded by `unitsMax` rewritten files;
 * repeated until `done`, after a crash too. Rows that arrive later are not its matter; so layers are erased from bronze upwards.
 */
export async function erase(
  store: ObjectStore,
  table: AnyTable,
  erasure: Erasure,
  { nowMs, unitsMax, warehouseUri, clock, tables = TABLES }: MaintainOptions,
): Promise<Erased> {
  const warehouse: Warehouse = { store, uri: warehouseUri, clock };
  // A row that came before and waits outside of what is rewritten would be in the table afterwards.
  if (!(await commitWaiting(warehouse, table, { nowMs, commitsMax: unitsMax })))
    return { done: false, units: [] };
  const units: MaintenanceUnit[] = [];
  const state = await loadTable(warehouse, table.path);
  if (state === null || state.current === null) return { done: true, units };
  if (!knowsEveryColumn(table, state)) {
    throw new LakeError("incompatible", `table ${table.name} has columns that this version does not know`);
  }
  for (const file of await suspects(warehouse, table, state, erasure)) {
    if (!(await holdsAny(warehouse, table, file, erasure))) continue;
    if (units.length >= unitsMax) return { done: false, units };
    const unit = await rewriteWithout(warehouse, table, file, erasure, nowMs);
    units.push(unit);
    if (unit.outcome === "overtaken") return { done: false, units };
  }
  const marks = readMarks(await loadStates(warehouse, tables)).get(table.name) ?? new Set();
  const forgotten = await forgetOlderStates(warehouse, table, erasure, { marks, nowMs });
  if (forgotten === null) return { done: true, units };
  if (forgotten === "waits for readers") return { done: false, units, waitsForReaders: true };
  return { done: forgotten.outcome === "done", units: [...units, forgotten] };
}
