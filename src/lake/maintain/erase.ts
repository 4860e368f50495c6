import type { ObjectStore } from "../../base/index.ts";
import {
  type DataFile,
  dataFiles,
  type IcebergTable,
  type LiveFile,
  loadTable,
  type Snapshot,
  type Warehouse,
} from "../../iceberg/index.ts";
import { commit } from "../commit.ts";
import { commitPending } from "../commit-pending.ts";
import { columnOf } from "../definition.ts";
import { LakeError, StaleBaseError } from "../error.ts";
import { fileFilter, mayMeet } from "../filter.ts";
import {
  ERASED_UNTIL_PROPERTY,
  READ_BEFORE_ERASURE_PROPERTY,
  type ReadBeforeErasure,
  standingMark,
} from "../snapshot.ts";
import { TABLES } from "../tables/all.ts";
import type { AnyTable } from "../tables/table.ts";
import { openWriter } from "../writer.ts";
import { expire, lastWords, loadStates, readMarks } from "./expire.ts";
import { deleteAll } from "./limits.ts";
import { knowsEveryColumn, type MaintainOptions, type Maintenance } from "./maintain.ts";
import { type Block, mergeFiles } from "./merge.ts";
import { type MaintenanceUnit, unitOf } from "./unit.ts";

/** Rows of one tenant that have one of the values in any of the columns: what is known of one person. */
export interface Erasure {
  /** Stands in the summaries of the snapshots that it makes. */
  id: string;
  tenant: string;
  anyOf: readonly { column: string; values: readonly string[] }[];
  /** When it was asked for: states from before are forgotten. */
  requestedMs: number;
}

/**
 * Rewrites a table without some rows, file by file, and then forgets every older state of it, tagged ones too, with their
 * objects: whoever asks for one is told that it was erased. Readers of increments go on. Bounded by `unitsMax` rewritten files;
 * repeated until `done`, after a crash too. Rows that arrive later are not its matter.
 */
export async function erase(
  store: ObjectStore,
  table: AnyTable,
  erasure: Erasure,
  { nowMs, unitsMax, warehouseUri, tables = TABLES }: MaintainOptions,
): Promise<Erased> {
  const warehouse: Warehouse = { store, uri: warehouseUri };
  await commitPending(warehouse, table, { nowMs, force: true });
  const units: MaintenanceUnit[] = [];
  const state = await loadTable(warehouse, table.path);
  if (state === null || state.current === null) return { done: true, units };
  if (!knowsEveryColumn(table, state)) {
    throw new LakeError("incompatible", `table ${table.name} has columns that this version does not know`);
  }
  for (const file of await suspects(warehouse, table, state, erasure)) {
    if (!(await holdsAny(warehouse, table, file, erasure))) continue;
    if (units.length >= unitsMax) return { done: false, units };
    const unit = await rewrite(warehouse, table, file, erasure, nowMs);
    units.push(unit);
    if (unit.outcome === "overtaken") return { done: false, units };
  }
  const words = readMarks(await loadStates(warehouse, tables)).get(table.name) ?? new Set<number>();
  // A reader without anything new since an earlier erasure still tells the mark from before that.
  const marks = new Set([...words, ...[...words].map((mark) => standingMark(state, mark))]);
  if (!haveReadAll(state.snapshots, marks)) return { done: false, units, waitsForReaders: true };
  const forgotten = await forgetOlderStates(warehouse, table, erasure, { marks, nowMs });
  if (forgotten === null) return { done: true, units };
  return { done: forgotten.outcome === "done", units: [...units, forgotten] };
}

export interface Erased extends Omit<Maintenance, "faults"> {
  /** The rows are gone, but a layer above has yet to read rows that came before: refine, and call again. */
  waitsForReaders?: true;
}

/** Whether nothing came after any of the marks. One whose snapshot has expired has lost its place anyway. */
function haveReadAll(snapshots: readonly Snapshot[], marks: ReadonlySet<number>): boolean {
  const oldest = snapshots.findIndex(({ id }) => marks.has(id));
  if (oldest < 0) return true;
  return !snapshots
    .slice(oldest + 1)
    .some(({ operation }) => operation === "append" || operation === "overwrite");
}

/** Files whose bounds allow a row of the erasure. */
async function suspects(
  warehouse: Warehouse,
  table: AnyTable,
  state: IcebergTable,
  { tenant, anyOf }: Erasure,
): Promise<LiveFile[]> {
  const demand = (name: string, value: string) => ({ column: columnOf(table, name), min: value, max: value });
  const own = fileFilter([demand("tenant", tenant)]);
  const files = await dataFiles(warehouse, state, state.current?.id ?? 0, own);
  return files.filter(({ stats, rows }) =>
    anyOf.some(({ column, values }) =>
      values.some((value) => mayMeet(stats[columnOf(table, column).id], rows, demand(column, value))),
    ),
  );
}

async function holdsAny(
  warehouse: Warehouse,
  table: AnyTable,
  file: LiveFile,
  erasure: Erasure,
): Promise<boolean> {
  for await (const block of mergeFiles(warehouse, narrowed(table, erasure), [file])) {
    if (keptRows(narrowed(table, erasure), block, erasure).length < block.rows) return true;
  }
  return false;
}

/** The table with those columns only that the erasure asks about. */
function narrowed(table: AnyTable, { anyOf }: Erasure): AnyTable {
  const names = new Set(["tenant", ...anyOf.map(({ column }) => column)]);
  return { ...table, columns: table.columns.filter(({ name }) => names.has(name)), sort: [] };
}

function keptRows(table: AnyTable, { rows, columns }: Block, { tenant, anyOf }: Erasure): number[] {
  const cellsOf = (name: string) => columns[table.columns.findIndex((column) => column.name === name)] ?? [];
  const tenants = cellsOf("tenant");
  const demands = anyOf.map(({ column, values }) => ({
    cells: cellsOf(column),
    values: new Set<unknown>(values),
  }));
  const isErased = (row: number) =>
    tenants[row] === tenant && demands.some(({ cells, values }) => values.has(cells[row]));
  return Array.from({ length: rows }, (_, row) => row).filter((row) => !isErased(row));
}

async function rewrite(
  warehouse: Warehouse,
  table: AnyTable,
  file: LiveFile,
  erasure: Erasure,
  nowMs: number,
): Promise<MaintenanceUnit> {
  const { added, rows } = await writeKept(warehouse, table, file, erasure, nowMs);
  const summary = { "lakeshore.erasure": erasure.id };
  try {
    // `delete`, though it adds files: no reader of increments shall take the rows that stay for new ones.
    await commit(warehouse, table, { operation: "delete", added, removed: [file.path], summary }, { nowMs });
  } catch (error) {
    if (!(error instanceof StaleBaseError)) throw error;
    await deleteAll(
      warehouse.store,
      added.map(({ path }) => path),
    );
    return unitOf("erase", table, { outcome: "overtaken", deleted: added.length });
  }
  return unitOf("erase", table, { removed: 1, rows: file.rows - rows });
}

async function writeKept(
  warehouse: Warehouse,
  table: AnyTable,
  file: LiveFile,
  erasure: Erasure,
  nowMs: number,
): Promise<{ added: DataFile[]; rows: number }> {
  const { partition } = file;
  const writer = openWriter<Record<string, unknown>>(warehouse, table, { partition, nowMs, json: "text" });
  let rows = 0;
  for await (const block of mergeFiles(warehouse, table, [file])) {
    const kept = keptRows(table, block, erasure);
    const columns = table.columns.map(({ name }, index) => [
      name,
      kept.map((row) => block.columns[index]?.[row]),
    ]);
    await writer.write(Object.fromEntries(columns), kept.length);
    rows += kept.length;
  }
  return { added: await writer.close(), rows };
}

/**
 * Null when that is done already. The one state that stays takes over how far the table's own job has read its inputs, which only
 * older snapshots may tell.
 */
async function forgetOlderStates(
  warehouse: Warehouse,
  table: AnyTable,
  { id, requestedMs }: Erasure,
  { marks, nowMs }: { marks: ReadonlySet<number>; nowMs: number },
): Promise<MaintenanceUnit | null> {
  const before = await loadTable(warehouse, table.path);
  if (before === null || before.current === null || erasedUntilMs(before) >= requestedMs) return null;
  const summary = { ...lastWords(before.snapshots), "lakeshore.erasure": id };
  const base = before.current.id;
  try {
    await commit(warehouse, table, { operation: "delete", added: [], summary, base }, { nowMs });
  } catch (error) {
    if (!(error instanceof StaleBaseError)) throw error;
    return unitOf("erase", table, { outcome: "overtaken" });
  }
  const state = await loadTable(warehouse, table.path);
  if (state?.current?.summary["lakeshore.erasure"] !== id) {
    return unitOf("erase", table, { outcome: "overtaken" });
  }
  const older = state.snapshots.slice(0, -1).map((snapshot) => snapshot.id);
  const tags = state.tags.map(({ name }) => name);
  const untilMs = Math.max(requestedMs, state.current.atMs);
  const read: ReadBeforeErasure = { snapshot: state.current.id, marks: [...marks] };
  const properties = {
    [ERASED_UNTIL_PROPERTY]: String(untilMs),
    [READ_BEFORE_ERASURE_PROPERTY]: JSON.stringify(read),
  };
  return expire(warehouse, table, state, { tags, snapshots: older }, { nowMs, properties });
}

function erasedUntilMs({ metadata }: IcebergTable): number {
  return Number(metadata.properties[ERASED_UNTIL_PROPERTY] ?? Number.NEGATIVE_INFINITY);
}
