import {
  type DataFile,
  dataFiles,
  type IcebergTable,
  type LiveFile,
  type Warehouse,
} from "../../iceberg/index.ts";
import { commit } from "../commit.ts";
import { StaleBaseError } from "../error.ts";
import type { AnyTable } from "../tables/table.ts";
import { openWriter } from "../writer.ts";
import { ERASURE_KEY, type Erasure } from "./erasure.ts";
import { columnsOfRules, keptRows, mayHold, rulesOf } from "./erasure-rows.ts";
import { deleteAll } from "./limits.ts";
import { mergeFiles } from "./merge.ts";
import { type MaintenanceUnit, unitOf } from "./unit.ts";

/** Files whose bounds allow a row of the erasure. */
export async function suspects(
  warehouse: Warehouse,
  table: AnyTable,
  state: IcebergTable,
  { anyOf }: Erasure,
): Promise<LiveFile[]> {
  if (anyOf.length === 0) return [];
  const files = await dataFiles(warehouse, state, state.current?.id ?? 0);
  return files.filter((file) => anyOf.some((selection) => mayHold(table, file, selection)));
}

export async function holdsAny(
  warehouse: Warehouse,
  table: AnyTable,
  file: LiveFile,
  erasure: Erasure,
): Promise<boolean> {
  const rules = rulesOf(erasure);
  const names = columnsOfRules(rules);
  // Those columns only that the erasure asks about.
  const narrowed = { ...table, columns: table.columns.filter(({ name }) => names.has(name)), sort: [] };
  for await (const block of mergeFiles(warehouse, narrowed, [file])) {
    if (keptRows(narrowed, block, rules).length < block.rows) return true;
  }
  return false;
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
  const rules = rulesOf(erasure);
  let rows = 0;
  for await (const block of mergeFiles(warehouse, table, [file])) {
    const kept = keptRows(table, block, rules);
    const columns = table.columns.map(({ name }, index) => [
      name,
      kept.map((row) => block.columns[index]?.[row]),
    ]);
    await writer.write(Object.fromEntries(columns), kept.length);
    rows += kept.length;
  }
  return { added: await writer.close(), rows };
}
