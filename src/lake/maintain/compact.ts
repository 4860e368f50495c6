import { assert } from "../../base/index.ts";
import type { LiveFile, Warehouse } from "../../iceberg/index.ts";
import { commit } from "../commit.ts";
import { StaleBaseError } from "../error.ts";
import type { AnyTable } from "../tables/table.ts";
import { openWriter } from "../writer.ts";
import { deleteAll } from "./limits.ts";
import { mergeFiles } from "./merge.ts";
import { type MaintenanceUnit, unitOf } from "./unit.ts";

/**
 * Merges files of one partition into as few as the target size allows: the same rows, in the table's order. Writers go on
 * meanwhile; whoever replaces one of the files first makes this void.
 */
export async function compact(
  warehouse: Warehouse,
  table: AnyTable,
  files: readonly LiveFile[],
  { nowMs }: { nowMs: number },
): Promise<MaintenanceUnit> {
  const writer = openWriter<Record<string, unknown>>(warehouse, table, {
    partition: files[0]?.partition ?? [],
    nowMs,
    json: "text",
  });
  let rows = 0;
  for await (const block of mergeFiles(warehouse, table, files)) {
    const columns = table.columns.map(({ name }, index) => [name, block.columns[index] ?? []] as const);
    const filled = columns.filter(([, cells]) => cells.length > 0);
    await writer.write(Object.fromEntries(filled), block.rows);
    rows += block.rows;
  }
  const added = await writer.close();
  const expected = files.reduce((sum, file) => sum + file.rows, 0);
  assert(rows === expected, `${table.name}: a merge of ${expected} rows gave ${rows}`);
  const removed = files.map(({ path }) => path);
  const summary = { "lakeshore.maintenance": "compact" };
  try {
    // The commit point: before it the new files are orphans, after it the old ones belong to older snapshots only.
    await commit(warehouse, table, { operation: "replace", added, removed, summary }, { nowMs });
  } catch (error) {
    if (!(error instanceof StaleBaseError)) throw error;
    await deleteAll(
      warehouse.store,
      added.map(({ path }) => path),
    );
    return unitOf("compact", table, { outcome: "overtaken", deleted: added.length });
  }
  return unitOf("compact", table, { removed: removed.length, rows });
}
