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
  const lengthOf = ({ from, end }: HistoryGroup) => Math.min(end - from, historyMax);
  return groups.sort((a, b) => lengthOf(a) - lengthOf(b));
}
