import { InvalidArgumentError } from "commander";
import type { AnyTable, ColumnRange } from "../../src/lake/index.ts";

export interface Condition {
  column: string;
  operator: ">=" | "<=" | "=";
  text: string;
}

/** Parser of `--where`, repeatable; which values a column takes is known only with the table. */
export function condition(text: string, previous: Condition[] = []): Condition[] {
  const match = /^(\w+)\s*(>=|<=|=)\s*(.*)$/s.exec(text);
  if (match === null)
    throw new InvalidArgumentError("must read column>=value, column<=value or column=value.");
  const [, column = "", operator, value = ""] = match;
  return [...previous, { column, operator: operator as Condition["operator"], text: value }];
}

/** The condition as a scan takes it; throws one sentence when the table has no such column, or the value is none of its type. */
export function rangeOf(table: AnyTable, { column, operator, text }: Condition): ColumnRange {
  const type = columnType(table, column);
  const value = typedValue(type, text);
  if (value === null) throw new Error(`--where ${column}${operator}${text}: the column is a ${type}`);
  return {
    column,
    ...(operator === "<=" ? {} : { min: value }),
    ...(operator === ">=" ? {} : { max: value }),
  };
}

export function columnType(table: AnyTable, name: string): string {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column !== undefined) return column.type;
  const names = table.columns.map((candidate) => candidate.name).join(", ");
  throw new Error(`${table.name} has no column "${name}"; it has ${names}`);
}

function typedValue(type: string, text: string): string | number | boolean | null {
  if (type === "string") return text;
  if (type === "boolean") return text === "true" || text === "false" ? text === "true" : null;
  if (type === "json" || text.trim() === "") return null;
  // Times as a number of milliseconds, or as `Date` reads them.
  const number = type === "timestamp_ms" && !/^\d+$/.test(text) ? Date.parse(text) : Number(text);
  return Number.isFinite(number) ? number : null;
}
