import type { Batch } from "../../lake/index.ts";

/** A batch as rows; null cells are left out, as in the rows that were written. */
export function rowsOf<Row extends object>({ rows, columns }: Batch<Row, keyof Row>): Row[] {
  const names = Object.keys(columns) as (keyof Row)[];
  return Array.from({ length: rows }, (_, index) => {
    const row: Partial<Row> = {};
    for (const name of names) {
      const cell = columns[name][index];
      if (cell !== null) row[name] = cell as Row[keyof Row];
    }
    return row as Row;
  });
}
