import type { Cases } from "../data/cases.ts";
import type { HistoryRange } from "./feeds.ts";

/** A history and the cases (places in `Cases`) that are to be found from it: one row of a batch. */
export interface HistoryGroup extends HistoryRange {
  user: number;
  cases: number[];
}

/**
 * Cases of one user at one instant share a history, and so a row of the batch. Short histories first: a batch is as long as
 * its longest.
 */
export function groupByHistory(cases: Cases, historyMax: number): HistoryGroup[] {
  const groups: HistoryGroup[] = [];
  for (const [index, row] of cases.targetRows.entries()) {
    const end = cases.historyEnds[index] as number;
    const user = cases.users[index] as number;
    const last = groups.at(-1);
    if (last !== undefined && last.end === end && last.user === user) {
      last.cases.push(index);
      continue;
    }
    const from = cases.dataset.userStart[user] as number;
    groups.push({ user, from, end, nowMs: cases.dataset.timesMs[row] as number, cases: [index] });
  }
  return groups.sort((a, b) => lengthOf(a, historyMax) - lengthOf(b, historyMax));
}

/** Places of the histories of one run: a table of neighbours gathered for so many takes some megabytes. */
const PLACES_MAX = 2_000;

/** The next histories of one run: at most `batchMax`, fewer where they are long. At least one. */
export function batchOf(
  groups: readonly HistoryGroup[],
  from: number,
  { batchMax, historyMax }: { batchMax: number; historyMax: number },
): HistoryGroup[] {
  let end = Math.min(from + batchMax, groups.length);
  // The last is the longest.
  while (
    end > from + 1 &&
    (end - from) * lengthOf(groups[end - 1] as HistoryGroup, historyMax) > PLACES_MAX
  ) {
    end--;
  }
  return groups.slice(from, end);
}

function lengthOf({ from, end }: HistoryGroup, historyMax: number): number {
  return Math.min(end - from, historyMax);
}
