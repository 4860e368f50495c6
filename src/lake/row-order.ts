import type { Cell } from "../events/index.ts";
import { columnOf } from "./definition.ts";
import { textOrder } from "./parquet/text-order.ts";
import type { AnyColumn, AnyTable } from "./tables/table.ts";

/** The rows in the table's order, nulls first; equal ones stay as they came. */
export function sortRows<Row extends object>(table: AnyTable, rows: readonly Row[]): Row[] {
  // Keys are taken out once: a batch is of one tenant and often of one moment, and what is the same in all rows orders none.
  const orders = table.sort.flatMap((name) => {
    const keys = rows.map((row) => (row[name as keyof Row] as Cell | undefined) ?? null);
    return keys.every((key) => key === keys[0])
      ? []
      : [{ keys, compare: orderOf(columnOf(table, name), keys) }];
  });
  if (orders.length === 0) return rows.slice();
  const places = rows.map((_, place) => place);
  places.sort((a, b) => {
    for (const { keys, compare } of orders) {
      const order = compare(keys[a] as Cell, keys[b] as Cell);
      if (order !== 0) return order;
    }
    return 0;
  });
  return places.map((place) => rows[place] as Row);
}

function orderOf({ type }: AnyColumn, keys: readonly Cell[]): (a: Cell, b: Cell) => number {
  const compare =
    type === "string"
      ? (textOrder(keys as readonly (string | null)[]) as (a: Cell, b: Cell) => number)
      : (a: Cell, b: Cell) => Number(a) - Number(b);
  return (a, b) => {
    if (a === b) return 0;
    if (a === null) return -1;
    return b === null ? 1 : compare(a, b);
  };
}
