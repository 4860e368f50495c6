import type { LiveFile } from "../../iceberg/index.ts";
import { columnOf } from "../definition.ts";
import { mayMeet } from "../filter.ts";
import type { AnyTable } from "../tables/table.ts";
import type { Erasure, Selection } from "./erasure.ts";
import type { Block } from "./merge.ts";

/** Selections on the same columns as one: a row costs a look-up for each rule, however many people an erasure takes. */
interface Rule {
  column: string;
  until: string | undefined;
  without: string | undefined;
  /** The last time that goes, by tenant and value. */
  tenants: Map<string, Map<string, number>>;
}

export function rulesOf({ anyOf }: Pick<Erasure, "anyOf">): Rule[] {
  const rules = new Map<string, Rule>();
  for (const { tenant, column, values, until, without } of anyOf) {
    const key = JSON.stringify([column, until?.column, without]);
    const rule = rules.get(key) ?? { column, until: until?.column, without, tenants: new Map() };
    rules.set(key, rule);
    const times = rule.tenants.get(tenant) ?? new Map<string, number>();
    rule.tenants.set(tenant, times);
    const atMs = until?.atMs ?? Number.POSITIVE_INFINITY;
    for (const value of values) times.set(value, Math.max(atMs, times.get(value) ?? atMs));
  }
  return [...rules.values()];
}

/** The columns that the rules look at. */
export function columnsOfRules(rules: readonly Rule[]): Set<string> {
  const names = rules.flatMap(({ column, until, without }) => [column, until, without]);
  return new Set(["tenant", ...names.filter((name) => name !== undefined)]);
}

/** The rows of a block that no rule takes. */
export function keptRows(table: AnyTable, { rows, columns }: Block, rules: readonly Rule[]): number[] {
  const cellsOf = (name: string | undefined) =>
    name === undefined ? null : (columns[table.columns.findIndex((column) => column.name === name)] ?? []);
  const tenants = cellsOf("tenant") ?? [];
  const looks = rules.map((rule) => ({
    tenants: rule.tenants,
    cells: cellsOf(rule.column) ?? [],
    times: cellsOf(rule.until),
    others: cellsOf(rule.without),
  }));
  const isErased = (row: number) =>
    looks.some(({ tenants: byTenant, cells, times, others }) => {
      const atMs = byTenant.get(tenants[row] as string)?.get(cells[row] as string);
      if (atMs === undefined || (others !== null && others[row] !== null)) return false;
      return times === null || (times[row] as number) <= atMs;
    });
  return Array.from({ length: rows }, (_, row) => row).filter((row) => !isErased(row));
}

/** Whether the file's bounds allow a row of the selection. */
export function mayHold(
  table: AnyTable,
  { stats, rows }: LiveFile,
  { tenant, column, values, until }: Selection,
): boolean {
  const meets = (name: string, range: { min?: string | number; max: string | number }) => {
    const declared = columnOf(table, name);
    return mayMeet(stats[declared.id], rows, { column: declared, ...range });
  };
  return (
    meets("tenant", { min: tenant, max: tenant }) &&
    (until === undefined || meets(until.column, { max: until.atMs })) &&
    values.some((value) => meets(column, { min: value, max: value }))
  );
}
