import type { Dataset, UserRows } from "./dataset.ts";

/** Test rows to be predicted, each from what its user did before. */
export interface Cases {
  /** Where the rows stand, histories and targets. */
  dataset: Dataset;
  /** [cases] the row whose item is to be found. */
  targetRows: Uint32Array;
  /** [cases] user index; cases of a user stand together. */
  users: Uint32Array;
  /** [cases] rows of the user before this one are its history; all of them come before the target. */
  historyEnds: Uint32Array;
  /** [items] 1 for an item that competes. */
  known: Uint8Array;
  /** Items of the history do not compete. */
  maskSeen: boolean;
  /**
   * What a figure is the mean of. `user`: a user's cases, then users (a log). `case`: all cases (next items, sessions). `list`: a
   * user's cases are the right answers of one list (unordered data).
   */
  mean: "user" | "case" | "list";
  /** Rows from this time on, whoever's they are, are not to be learned from; absent where the cases are not split off by time. */
  cutMs?: number;
}

/** The cases at `places`, in that order. */
export function takeCases(cases: Cases, places: ArrayLike<number>): Cases {
  const take = (column: Uint32Array) => {
    const taken = new Uint32Array(places.length);
    for (let at = 0; at < taken.length; at++) taken[at] = column[places[at] as number] as number;
    return taken;
  };
  return {
    ...cases,
    targetRows: take(cases.targetRows),
    users: take(cases.users),
    historyEnds: take(cases.historyEnds),
  };
}

/** One case from each row that `isTarget` picks and that has a row before it: the history is all rows before it. */
export function casesOfRows(
  dataset: Dataset,
  isTarget: (row: number, range: UserRows) => boolean,
  { maskSeen, mean }: Pick<Cases, "maskSeen" | "mean">,
): Cases {
  const rows: number[] = [];
  const users: number[] = [];
  for (let user = 0; user < dataset.userIds.length; user++) {
    const range = {
      user,
      start: dataset.userStart[user] as number,
      end: dataset.userStart[user + 1] as number,
    };
    for (let row = range.start + 1; row < range.end; row++) {
      if (!isTarget(row, range)) continue;
      rows.push(row);
      users.push(user);
    }
  }
  return casesOf(dataset, { rows, users, historyEnds: rows }, { maskSeen, mean });
}

/** All items compete. */
export function casesOf(
  dataset: Dataset,
  { rows, users, historyEnds }: Record<"rows" | "users" | "historyEnds", readonly number[]>,
  { maskSeen, mean }: Pick<Cases, "maskSeen" | "mean">,
): Cases {
  return {
    dataset,
    targetRows: Uint32Array.from(rows),
    users: Uint32Array.from(users),
    historyEnds: Uint32Array.from(historyEnds),
    known: new Uint8Array(dataset.itemIds.length).fill(1),
    maskSeen,
    mean,
  };
}
