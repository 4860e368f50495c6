import type { Batch, LiveFile } from "../../lake/index.ts";
import { PIECE_ROWS } from "../sort/index.ts";

/** The cells of a scan's batches as rows; a null cell stays null. */
export async function* rowsOf<Row, Name extends keyof Row & string>(
  batches: AsyncIterable<Batch<Row, Name>>,
): AsyncGenerator<Cells<Row, Name>[]> {
  for await (const { rows, columns } of batches) {
    const names = Object.keys(columns) as Name[];
    for (let from = 0; from < rows; from += PIECE_ROWS) {
      const length = Math.min(PIECE_ROWS, rows - from);
      yield Array.from({ length }, (_, index) => {
        const row: Record<string, unknown> = {};
        for (const name of names) row[name] = columns[name][from + index];
        return row as Cells<Row, Name>;
      });
    }
  }
}

/** A row as it was read: null where it has no value. */
export type Cells<Row, Name extends keyof Row> = {
  [K in Name]-?: K extends RequiredOf<Row> ? Row[K] : Exclude<Row[K], undefined> | null;
};

type RequiredOf<Row> = {
  [K in keyof Row]-?: Record<never, never> extends Pick<Row, K> ? never : K;
}[keyof Row];

/** A column's bound over a file, when it is known. */
export function boundOf(file: LiveFile, columnId: number, end: "min" | "max"): string | number | null {
  const bound = file.stats[columnId]?.[end];
  return typeof bound === "string" || typeof bound === "number" ? bound : null;
}
