import { DAY_MS } from "../../base/index.ts";
import type { LiveFile, Warehouse } from "../../iceberg/index.ts";
import { commit } from "../commit.ts";
import { columnOf } from "../definition.ts";
import { StaleBaseError } from "../error.ts";
import type { AnyTable } from "../tables/table.ts";
import { DROPPED_FILES_MAX } from "./limits.ts";
import { type MaintenanceUnit, unitOf } from "./unit.ts";

/** Files all of whose rows are past the table's retention: whole days of it, never a part of a file. */
export function filesPastRetention(
  table: AnyTable,
  files: readonly LiveFile[],
  { nowMs }: { nowMs: number },
): LiveFile[] {
  const { retention } = table;
  if (retention === undefined) return [];
  const { id } = columnOf(table, retention.column);
  const firstDay = Math.floor(nowMs / DAY_MS) - retention.days;
  return files.filter(({ stats, rows }) => {
    const { max, nullCount = 0 } = stats[id] ?? {};
    return typeof max === "number" && max < firstDay * DAY_MS && nullCount < rows;
  });
}

/** Drops files past retention from the table; their objects go when the snapshots that hold them expire. */
export async function retain(
  warehouse: Warehouse,
  table: AnyTable,
  past: readonly LiveFile[],
  { nowMs }: { nowMs: number },
): Promise<MaintenanceUnit> {
  const dropped = past.slice(0, DROPPED_FILES_MAX);
  const change = {
    operation: "delete",
    added: [],
    removed: dropped.map(({ path }) => path),
    summary: { "lakeshore.maintenance": "retain" },
  } as const;
  try {
    await commit(warehouse, table, change, { nowMs });
  } catch (error) {
    if (!(error instanceof StaleBaseError)) throw error;
    return unitOf("retain", table, { outcome: "overtaken" });
  }
  return unitOf("retain", table, {
    removed: dropped.length,
    rows: dropped.reduce((sum, { rows }) => sum + rows, 0),
  });
}
