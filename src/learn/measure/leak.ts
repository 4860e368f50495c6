import type { Cases } from "../data/cases.ts";
import type { Dataset } from "../data/dataset.ts";

/** A row that a learner or a history must not have had. */
export interface Leak {
  userId: string;
  itemId: string;
  /** `fitted`: it is, or comes after, what its user's cases ask for. `history`: it stands in the history of an older target. */
  kind: "fitted" | "history";
}

const LEAKS_MAX = 20;

/**
 * What a measurement has seen of its own future; empty when it is honest, at most 20. A user's fitted rows must be among the rows
 * before the first of the user's cases, each as often as there; a history must end before its target, in place and in time.
 */
export function findLeaks(fit: Dataset, cases: Cases): Leak[] {
  const leaks = historyLeaks(cases);
  const fittedUsers = new Map(fit.userIds.map((id, user) => [id, user]));
  for (const [user, firstEnd] of firstEnds(cases)) {
    if (leaks.length >= LEAKS_MAX) break;
    const userId = cases.dataset.userIds[user] as string;
    const fitted = fittedUsers.get(userId);
    if (fitted === undefined) continue;
    const start = cases.dataset.userStart[user] as number;
    const allowed = tally(cases.dataset, start, firstEnd);
    const own = tally(fit, fit.userStart[fitted] as number, fit.userStart[fitted + 1] as number);
    for (const [itemId, count] of own) {
      if (count > (allowed.get(itemId) ?? 0)) leaks.push({ userId, itemId, kind: "fitted" });
    }
  }
  return leaks.slice(0, LEAKS_MAX);
}

function historyLeaks({ dataset, users, targetRows, historyEnds }: Cases): Leak[] {
  const leaks: Leak[] = [];
  for (const [place, user] of users.entries()) {
    const target = targetRows[place] as number;
    const end = historyEnds[place] as number;
    const last = end - 1;
    const isEmpty = end <= (dataset.userStart[user] as number);
    const isLate = !isEmpty && (dataset.timesMs[last] as number) > (dataset.timesMs[target] as number);
    if (end <= target && !isLate) continue;
    const itemId = dataset.itemIds[dataset.items[isEmpty ? target : last] as number] as string;
    leaks.push({ userId: dataset.userIds[user] as string, itemId, kind: "history" });
    if (leaks.length >= LEAKS_MAX) break;
  }
  return leaks;
}

/** By user: where the history of the first case ends. */
function firstEnds({ users, historyEnds }: Cases): Map<number, number> {
  const ends = new Map<number, number>();
  for (const [place, user] of users.entries()) {
    const end = historyEnds[place] as number;
    ends.set(user, Math.min(ends.get(user) ?? end, end));
  }
  return ends;
}

/** How often each item stands in some rows. */
function tally({ items, itemIds }: Dataset, start: number, end: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let row = start; row < end; row++) {
    const id = itemIds[items[row] as number] as string;
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}
