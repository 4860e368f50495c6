import { type Cases, casesOfRows } from "./cases.ts";
import { type Dataset, keepRows } from "./dataset.ts";

export interface LastOut {
  /** All but the last two rows of each user. */
  fit: Dataset;
  /** The last but one, from all before it. */
  validation: Cases;
  /** The last, from all before it, the last but one included. */
  test: Cases;
}

/** Strict leave-last-out: what is tested on was never fitted, nor what was chosen on. Cases share the data set's columns. */
export function splitLastOut(dataset: Dataset): LastOut {
  return { fit: withoutLast(dataset, 2), validation: lastCases(dataset, 1), test: lastCases(dataset) };
}

/** Without the last `count` rows of each user. */
export function withoutLast(dataset: Dataset, count: number): Dataset {
  return keepRows(dataset, (row, { end }) => row < end - count);
}

/** Of each user the last row, or that with `after` rows after it, is to be found among the items that the user has not had by then. */
export function lastCases(dataset: Dataset, after = 0): Cases {
  return casesOfRows(dataset, (row, { end }) => row === end - 1 - after, { maskSeen: true, mean: "case" });
}
