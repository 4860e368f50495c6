import path from "node:path";
import { SECOND_MS } from "../../../src/base/index.ts";
import { EVENT_TYPES } from "../../../src/events/index.ts";
import type { InteractionRow } from "../../../src/learn/index.ts";
import { positiveFrom } from "../log.ts";
import { type Row, readTable } from "../table.ts";
import type { ProtocolOf } from "./description.ts";

/** The file's header is line 1. */
const FIRST_LINE = 2;

/**
 * A value at or above the protocol's bound is a like, any other or none a view; all are views where the protocol names no value.
 * Throws a sentence with file, line and field of the first cell that says nothing.
 */
export async function logRows(
  folder: string,
  { interactions }: ProtocolOf<"log">,
): Promise<InteractionRow[]> {
  const { user, item, time, timeUnit, value, positive } = interactions;
  const isRated = value !== undefined && positive !== undefined;
  const likedFrom = isRated ? positiveFrom({ interactions: { ...interactions, value, positive } }) : 0;
  const unitMs = timeUnit === "s" ? SECOND_MS : 1;
  const file = path.join(folder, interactions.file);
  const rows = await readTable(file);
  checkColumns(file, rows, [user, item, time, ...(isRated ? [value] : [])]);
  return rows.map((row, index) => {
    const cell = (field: string, column: string) => {
      const text = row[column]?.trim() ?? "";
      if (text === "") throw new Error(`${file} line ${index + FIRST_LINE}: ${field} (${column}) is empty`);
      return text;
    };
    const number = (field: string, column: string) => {
      const text = cell(field, column);
      if (Number.isFinite(Number(text))) return Number(text);
      throw new Error(`${file} line ${index + FIRST_LINE}: ${field} "${text}" is no number`);
    };
    const isLiked = isRated && row[value] !== "" && number("value", value) >= likedFrom;
    const { code, weight } = EVENT_TYPES[isLiked ? "like" : "view"];
    return {
      userId: cell("user", user),
      itemId: cell("item", item),
      timeMs: number("time", time) * unitMs,
      weight,
      typeCode: code,
    };
  });
}

/** Throws a sentence with the file when its table lacks one of the columns. */
export function checkColumns(file: string, rows: readonly Row[], columns: readonly string[]): void {
  const [first] = rows;
  const missing = first && columns.find((column) => !(column in first));
  if (missing === undefined) return;
  throw new Error(`${file} has no column ${missing}, but ${Object.keys(first ?? {}).join(", ")}`);
}
