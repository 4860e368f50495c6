import { InvalidArgumentError } from "commander";
import { type AnyTable, type SnapshotChoice, TABLES } from "../../src/lake/index.ts";

/** Parser of `--table`. */
export function tableName(text: string): AnyTable {
  const table = TABLES.find(({ name }) => name === text);
  if (table === undefined) {
    throw new InvalidArgumentError(`must be one of ${TABLES.map(({ name }) => name).join(", ")}.`);
  }
  return table;
}

/** Parser of `--as-of`: a snapshot's id (digits alone), a time that `Date` reads, or a tag's name. */
export function asOf(text: string): SnapshotChoice {
  if (/^\d+$/.test(text)) return { snapshotId: Number(text) };
  const asOfMs = Date.parse(text);
  // `Date` reads words that end in a number too: a time begins with its year.
  return /^\d{4}-/.test(text) && Number.isFinite(asOfMs) ? { asOfMs } : { tag: text };
}

/** Parser of a time, in ms. */
export function timeMs(text: string): number {
  const value = Date.parse(text);
  if (!/^\d{4}-/.test(text) || Number.isNaN(value)) {
    throw new InvalidArgumentError("must be a time such as 2026-01-31 or 2026-01-31T12:00Z.");
  }
  return value;
}
