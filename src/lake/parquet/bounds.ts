import type { Cell, ColumnType } from "../../events/index.ts";
import { compareCells, type FieldStats, lowerTextBound, upperTextBound } from "../../iceberg/index.ts";
import { textOrder } from "./text-order.ts";

export type Bounds = FieldStats;

/** Bounds of values without nulls; long texts get shorter ones that hold all the same. json has none, for nobody asks by it; NaN is left out, as both formats want. */
export function boundsOf(type: ColumnType, values: readonly unknown[]): Omit<Bounds, "nullCount"> {
  if (type === "json" || values.length === 0) return {};
  if (type === "string") return textBounds(values as readonly string[]);
  if (type === "boolean") return { min: !values.includes(false), max: values.includes(true) };
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values as readonly number[]) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  // Nothing but NaN, or an infinity, which JSON cannot carry to the commit: no bound is always right.
  if (!Number.isFinite(min) || !Number.isFinite(max)) return {};
  return { min, max };
}

function textBounds(values: readonly string[]): Omit<Bounds, "nullCount"> {
  const compare = textOrder(values);
  let min = values[0] as string;
  let max = min;
  for (const value of values) {
    if (compare(value, min) < 0) min = value;
    else if (compare(value, max) > 0) max = value;
  }
  const bound = upperTextBound(max);
  return { min: lowerTextBound(min), ...(bound === null ? {} : { max: bound }) };
}

/** Bounds of several groups of `values` each; unknown where a group has values and no bound. */
export function boundsOfAll(groups: readonly (Bounds & { values: number })[]): Bounds {
  const filled = groups.filter(({ nullCount, values }) => nullCount < values);
  const all: Bounds = { nullCount: groups.reduce((sum, { nullCount }) => sum + nullCount, 0) };
  const min = extreme(
    filled.map((group) => group.min),
    -1,
  );
  const max = extreme(
    filled.map((group) => group.max),
    1,
  );
  if (min !== undefined) all.min = min;
  if (max !== undefined) all.max = max;
  return all;
}

function extreme(bounds: readonly (Cell | undefined)[], direction: 1 | -1): Cell | undefined {
  let found = bounds[0];
  for (const bound of bounds) {
    if (bound === undefined || found === undefined) return undefined;
    if (compareCells(bound, found) * direction > 0) found = bound;
  }
  return found;
}
