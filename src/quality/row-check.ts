import type { RowCheck } from "./check.ts";

/** Columns of a batch by name: `columns.item_id[i]` is row i's. */
export type BatchColumns = Record<string, readonly unknown[]>;

/** `skip`: the row is none of the check's business. A text says what is wrong with it. */
export type RowVerdict = "skip" | "ok" | { fault: string };

/** Columns that a check reads. */
export function columnsOfCheck(check: RowCheck<string>): string[] {
  const columns = [check.column];
  if (check.when !== undefined) columns.push(check.when.column);
  if (check.kind === "required" && check.orColumn !== undefined) columns.push(check.orColumn);
  if (check.kind === "range" && check.maxColumn !== undefined) columns.push(check.maxColumn);
  if (check.kind === "referential") columns.push(check.known);
  return columns;
}

export function judgeRow(check: RowCheck<string>, columns: BatchColumns, row: number): RowVerdict {
  if (check.when !== undefined) {
    const value = columns[check.when.column]?.[row];
    if (!check.when.in.includes(value as string)) return "skip";
  }
  const cell = columns[check.column]?.[row] ?? null;
  switch (check.kind) {
    case "required": {
      const other = check.orColumn === undefined ? null : (columns[check.orColumn]?.[row] ?? null);
      if (cell !== null || other !== null) return "ok";
      const or = check.orColumn === undefined ? "" : ` and ${check.orColumn}`;
      return { fault: `${check.column}${or} without a value` };
    }
    case "range":
      return cell === null ? "ok" : judgeRange(check, cell as number, columns, row);
    case "set":
      return cell === null ? "ok" : judgeSet(check, cell as string);
    case "referential":
      if (cell === null) return "skip";
      return columns[check.known]?.[row] === false
        ? { fault: `${check.column} ${text(cell)} is unknown` }
        : "ok";
  }
}

function judgeRange(
  check: Extract<RowCheck<string>, { kind: "range" }>,
  cell: number,
  columns: BatchColumns,
  row: number,
): RowVerdict {
  const { column, min, max, maxColumn } = check;
  if (!Number.isFinite(cell)) return { fault: `${column} ${cell} is no number` };
  if (min !== undefined && cell < min) return { fault: `${column} ${cell} is under ${min}` };
  if (max !== undefined && cell > max) return { fault: `${column} ${cell} is over ${max}` };
  const limit = maxColumn === undefined ? null : (columns[maxColumn]?.[row] ?? null);
  if (limit !== null && cell > (limit as number)) {
    return { fault: `${column} ${cell} is over ${maxColumn} ${limit}` };
  }
  return "ok";
}

function judgeSet(
  { column, values, pattern }: Extract<RowCheck<string>, { kind: "set" }>,
  cell: string,
): RowVerdict {
  if (values?.includes(cell) || pattern?.test(cell)) return "ok";
  return { fault: `${column} ${text(cell)} is not among what it may be` };
}

/** Values come from clients: a fault names them shortly. */
function text(cell: unknown): string {
  return JSON.stringify(String(cell).slice(0, 80));
}
