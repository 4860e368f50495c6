import { type Clock, HOUR_MS, type ObjectStore } from "../../base/index.ts";
import { dataFiles, type IcebergTable, loadTable, type Warehouse } from "../../iceberg/index.ts";
import { TABLES } from "../tables/all.ts";
import type { AnyTable } from "../tables/table.ts";
import { compact } from "./compact.ts";
import { planCompaction } from "./compaction-plan.ts";
import { expire, loadStates, readMarks, snapshotsToExpire } from "./expire.ts";
import { deleteAll } from "./limits.ts";
import { filesPastRetention, retain } from "./retain.ts";
import { isSweepDue, readSwept, sweep, trimmableMetadata, writeSwept } from "./sweep.ts";
import { type DueUnit, type MaintenanceUnit, unitOf } from "./unit.ts";

export interface Maintenance {
  /** False while more is due: the caller repeats. */
  done: boolean;
  units: MaintenanceUnit[];
  /** Tables whose turn ended early, and why. */
  faults: string[];
}

export interface MaintainOptions {
  nowMs: number;
  /** Units of work to do at most. */
  unitsMax: number;
  warehouseUri: string;
  /** As `openLake` takes it. */
  clock?: Clock;
  tables?: readonly AnyTable[];
}

/**
 * Does what is due on every table, a bounded share a call: drops what is past retention, merges small files, forgets old
 * snapshots with what only they reach, trims old metadata, sweeps orphans. What is due is read from the tables, so a crash
 * anywhere is made good by the next call; two calls at once overtake each other and lose nothing.
 */
export async function maintain(
  store: ObjectStore,
  { nowMs, unitsMax, warehouseUri, clock, tables = TABLES }: MaintainOptions,
): Promise<Maintenance> {
  const run: Run = { warehouse: { store, uri: warehouseUri, clock }, nowMs, tables, marks: new Map() };
  const units: MaintenanceUnit[] = [];
  const faults: string[] = [];
  for (const table of inTurn(tables, nowMs)) {
    try {
      for await (const unit of dueUnits(run, table)) {
        if (units.length >= unitsMax) return { done: false, units, faults };
        units.push(await unit.run());
      }
    } catch (cause) {
      faults.push(`${table.name}: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  }
  return { done: true, units, faults };
}

interface Run {
  warehouse: Warehouse;
  nowMs: number;
  tables: readonly AnyTable[];
  /** How far each table was read by the layers above; filled when it is first asked for. */
  marks: Map<string, Set<number>>;
}

/** Another table first each hour: one that always has work must not keep the others waiting. */
function inTurn(tables: readonly AnyTable[], nowMs: number): AnyTable[] {
  const first = Math.floor(nowMs / HOUR_MS) % Math.max(1, tables.length);
  return [...tables.slice(first), ...tables.slice(0, first)];
}

async function* dueUnits(run: Run, table: AnyTable): AsyncGenerator<DueUnit> {
  const { warehouse } = run;
  yield* rowUnits(run, table);
  yield* expiryUnits(run, table);
  const state = await loadTable(warehouse, table.path);
  const trimmable = state === null ? [] : await trimmableMetadata(warehouse, state, run);
  if (trimmable.length > 0) yield { run: () => trim(run, table, trimmable) };
  const swept = await readSwept(warehouse.store);
  if (isSweepDue(swept, table, run.nowMs)) {
    yield {
      run: async () => {
        const unit = await sweep(warehouse, table, run);
        await writeSwept(warehouse.store, { ...swept, [table.name]: run.nowMs });
        return unit;
      },
    };
  }
}

/** Merges of merges: four files at a time make one of full size of a few hundred in as many rounds. */
const COMPACTION_ROUNDS_MAX = 4;

/** Retention and compaction. */
async function* rowUnits(run: Run, table: AnyTable): AsyncGenerator<DueUnit> {
  const { warehouse } = run;
  for (let round = 0; round < COMPACTION_ROUNDS_MAX; round++) {
    const state = await loadTable(warehouse, table.path);
    if (state === null || state.current === null) return;
    const files = await dataFiles(warehouse, state, state.current.id);
    const past = new Set(filesPastRetention(table, files, run));
    if (past.size > 0) yield { run: () => retain(warehouse, table, [...past], run) };
    const others = files.filter((file) => !past.has(file));
    const groups = knowsEveryColumn(table, state) ? planCompaction(table, others, run) : [];
    if (groups.length === 0) return;
    for (const group of groups) yield { run: () => compact(warehouse, table, group, run) };
  }
}

/** A newer version of us may have added columns: rewriting its files by our declaration would lose them. */
export function knowsEveryColumn(table: AnyTable, state: IcebergTable): boolean {
  const ids = new Set(table.columns.map(({ id }) => id));
  return state.fields.every(({ id }) => ids.has(id));
}

/** Calls that forget a hundred snapshots each: more than a week of minutes has, so that an overtaken one ends the turn. */
const EXPIRY_ROUNDS_MAX = 120;

async function* expiryUnits(run: Run, table: AnyTable): AsyncGenerator<DueUnit> {
  const { warehouse, nowMs } = run;
  for (let round = 0; round < EXPIRY_ROUNDS_MAX; round++) {
    const state = await loadTable(warehouse, table.path);
    if (state === null) return;
    const marks = await marksOf(run, table);
    const due = snapshotsToExpire(state, { nowMs, marks });
    if (due.snapshots.length + due.tags.length === 0) return;
    yield { run: () => expire(warehouse, table, state, due, { nowMs }) };
  }
}

async function marksOf(run: Run, table: AnyTable): Promise<ReadonlySet<number>> {
  if (run.marks.size === 0) {
    // Readers only go forward, so marks of the run's beginning keep rather more.
    run.marks = readMarks(await loadStates(run.warehouse, run.tables));
    run.marks.set("", new Set());
  }
  return run.marks.get(table.name) ?? new Set();
}

async function trim({ warehouse }: Run, table: AnyTable, keys: readonly string[]): Promise<MaintenanceUnit> {
  await deleteAll(warehouse.store, keys);
  return unitOf("trim", table, { deleted: keys.length });
}
