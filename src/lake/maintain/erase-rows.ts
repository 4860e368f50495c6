import {
  type DataFile,
  dataFiles,
  type IcebergTable,
  type LiveFile,
  type Warehouse,
} from "../../iceberg/index.ts";
import { commit } from "../commit.ts";
import { columnOf } from "../definition.ts";
import { StaleBaseError } from "../error.ts";
import { fileFilter, mayMeet } from "../filter.ts";
import type { AnyTable } from "../tables/table.ts";
import { openWriter } from "../writer.ts";
import { ERASURE_KEY, type Erasure } from "./erasure.ts";
import { deleteAll } from "./limits.ts";
import { type Block, mergeFiles } from "./merge.ts";
import { type MaintenanceUnit, unitOf } from "./unit.ts";

/** Files whose bounds allow a row of the erasure. */
export async function suspects(
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

export async function holdsAny(
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

/** Replaces a file by the rows of it that stay. */
export async function rewriteWithout(
  warehouse: Warehouse,
  table: AnyTable,
  file: LiveFile,
  erasure: Erasure,
  nowMs: number,
): Promise<MaintenanceUnit> {
  const { added, rows } = await writeKept(warehouse, table, file, erasure, nowMs);
  const summary = { [ERASURE_KEY]: erasure.id };
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
