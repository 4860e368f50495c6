import { type Cases, casesOfRows } from "./cases.ts";
import { type Dataset, keepRows } from "./dataset.ts";

/**
 * Users are sessions here. The newest `share` of them, by their first row, are to be found row by row, the rest is fitted on: of two or
 * more at least one.
 */
export function splitNewestUsers(dataset: Dataset, share: number): { fit: Dataset; validation: Cases } {
  const { userStart, timesMs } = dataset;
  const users = Uint32Array.from(dataset.userIds.keys()).filter(
    (user) => (userStart[user + 1] as number) > (userStart[user] as number),
  );
  const begins = (user: number) => timesMs[userStart[user] as number] as number;
  users.sort((a, b) => begins(a) - begins(b) || a - b);
  const isNewest = new Uint8Array(dataset.userIds.length);
  const fitted = Math.min(Math.ceil(users.length * (1 - share)), Math.max(1, users.length - 1));
  for (const user of users.subarray(fitted)) isNewest[user] = 1;
  return {
    fit: usersOf(dataset, (user) => isNewest[user] === 0),
    validation: prefixCases(dataset, (user) => isNewest[user] === 1),
  };
}

/** The rows of some users, over the same users and items. */
export function usersOf(dataset: Dataset, keeps: (user: number) => boolean): Dataset {
  return keepRows(dataset, (_row, { user }) => keeps(user));
}

/** Every row but a session's first is to be found from those before it, of the sessions picked; what was seen may come again. */
export function prefixCases(dataset: Dataset, picks: (user: number) => boolean): Cases {
  return casesOfRows(dataset, (_row, { user }) => picks(user), { maskSeen: false, mean: "case" });
}
