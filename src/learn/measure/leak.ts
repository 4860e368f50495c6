import type { Cases } from "../data/cases.ts";
import type { Dataset } from "../data/dataset.ts";

/** A row that a learner or a history must not have had. */
export interface Leak {
  userId: string;
  itemId: string;
  /**
   * `fitted`: it is not older than the cut, or is, or comes after, what its user's cases ask for. `history`: it stands in the history
   * of an older target.
   */
  kind: "fitted" | "history";
}

const LEAKS_MAX = 20;

/**
 * What a measurement has seen of its own future; empty where nothing was found, at most 20 leaks. Three things are looked for: what
 * `findLateRows` finds; fitted rows of a user with cases that are not among the rows before the first of these, each item as often as
 * there; and histories that do not end before their target, in place and in time.
 *
 * Not seen: where cases are not split off by time, rows of users who have none; a row of the future that was given an older time, or
 * stands in for an older one of the same user and item; and what was learned from the future otherwise than by rows, such as parameters
 * chosen on the test or what a catalogue says today of its items.
 */
export function findLeaks(fit: Dataset, cases: Cases): Leak[] {
  const leaks = [...historyLeaks(cases), ...findLateRows(fit, cases)];
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

/**
 * Fitted rows of the cut's time or later, at most 20, whoever's they are: a user without a case gives the future away too. None for
 * cases without a cut. Reads each row once and no id but those it reports, so it is for data that is large or whose users have no names.
 */
export function findLateRows(
  fit: Dataset,
  { cutMs = Number.POSITIVE_INFINITY }: Pick<Cases, "cutMs">,
): Leak[] {
  const leaks: Leak[] = [];
  for (let user = 0; user < fit.userIds.length && leaks.length < LEAKS_MAX; user++) {
    const end = fit.userStart[user + 1] as number;
    for (let row = fit.userStart[user] as number; row < end && leaks.length < LEAKS_MAX; row++) {
      if ((fit.timesMs[row] as number) < cutMs) continue;
      const itemId = fit.itemIds[fit.items[row] as number] as string;
      leaks.push({ userId: fit.userIds[user] as string, itemId, kind: "fitted" });
    }
  }
  return leaks;
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
