import { assert } from "../base/index.ts";
import type { Cell } from "../events/index.ts";
import { compareCells, type FieldStats, type FileFilter } from "../iceberg/index.ts";
import { columnOf } from "./definition.ts";
import type { AnyColumn, AnyTable } from "./tables/table.ts";
import type { ColumnRange } from "./types.ts";

/** A demand on one column: both ends included, null in neither. */
export interface Demand {
  column: AnyColumn;
  min?: Cell;
  max?: Cell;
}

/** What a scan asks of its rows, all of it at once. */
export function demandsOf(
  table: AnyTable,
  { tenant, where = [] }: { tenant?: string; where?: readonly ColumnRange[] },
): Demand[] {
  const ranges = tenant === undefined ? where : [{ column: "tenant", min: tenant, max: tenant }, ...where];
  return ranges.map(({ column: name, min, max }) => {
    const column = columnOf(table, name);
    assert(column.type !== "json", `column ${name} of ${table.name} has an order to filter by`);
    return { column, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
  });
}

/** The demands for the planning of files; two on one column become the narrower. */
export function fileFilter(demands: readonly Demand[]): FileFilter {
  const ranges: Record<number, { min?: Cell; max?: Cell }> = {};
  for (const { column, min, max } of demands) {
    const range = ranges[column.id] ?? {};
    if (min !== undefined && (range.min === undefined || compareCells(min, range.min) > 0)) range.min = min;
    if (max !== undefined && (range.max === undefined || compareCells(max, range.max) < 0)) range.max = max;
    ranges[column.id] = range;
  }
  return { ranges };
}

/** Whether any of `rows` values with these bounds can meet the demand. */
export function mayMeet(bounds: FieldStats | undefined, rows: number, { min, max }: Demand): boolean {
  if (bounds === undefined) return true;
  if (bounds.nullCount === rows) return false;
  if (min !== undefined && isKnown(bounds.max) && compareCells(bounds.max, min) < 0) return false;
  return max === undefined || !isKnown(bounds.min) || compareCells(bounds.min, max) <= 0;
}

/**
 * Whether all values with these bounds meet the demand, so that nobody needs to look at them. Bounds are never inside the
 * values, and nothing is said of NaN.
 */
export function allMeet(bounds: FieldStats, { column, min, max }: Demand): boolean {
  if (bounds.nullCount > 0 || column.type === "double") return false;
  if (!isKnown(bounds.min) || !isKnown(bounds.max)) return false;
  if (min !== undefined && compareCells(bounds.min, min) < 0) return false;
  return max === undefined || compareCells(bounds.max, max) <= 0;
}

function isKnown(bound: Cell | undefined): bound is Exclude<Cell, null> {
  return bound !== undefined && bound !== null;
}

/** The rows of `count` that meet every demand; null when all do. `cells` gives a column's values. */
export function matchingRows(
  count: number,
  demands: readonly Demand[],
  cells: (column: AnyColumn) => readonly unknown[],
): number[] | null {
  let rows: number[] | null = null;
  for (const demand of demands) {
    const values = cells(demand.column);
    const before: readonly number[] = rows ?? Array.from({ length: count }, (_, row) => row);
    const after = before.filter((row) => meets(values[row] as Cell, demand));
    if (after.length < before.length) rows = after;
  }
  return rows;
}

/** NaN has no place in the order, so it is in no range. */
function meets(cell: Cell, { min, max }: Demand): boolean {
  if (cell === null || Number.isNaN(cell)) return false;
  if (min !== undefined && min === max) return cell === min;
  if (min !== undefined && compareCells(cell, min) < 0) return false;
  return max === undefined || compareCells(cell, max) <= 0;
}
