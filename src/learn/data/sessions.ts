import { type Cases, casesOfRows } from "./cases.ts";
import { type Dataset, keepRows } from "./dataset.ts";

/** Users are sessions here. The newest `share` of them, by their first row, are to be found row by row, the rest is fitted on. */
export function splitNewestUsers(dataset: Dataset, share: number): { fit: Dataset; validation: Cases } {
  const { userIds, userStart, timesMs } = dataset;
  const begins = Float64Array.from(userIds, (_, user) => timesMs[userStart[user] as number] ?? 0);
  const byBegin = Uint32Array.from(begins.keys()).sort(
    (a, b) => (begins[a] as number) - (begins[b] as number) || a - b,
  );
  const isNewest = new Uint8Array(userIds.length);
  for (const user of byBegin.subarray(Math.ceil(userIds.length * (1 - share)))) isNewest[user] = 1;
  return {
    fit: usersOf(dataset, (user) => isNewest[user] === 0),
    validation: prefixCases(usersOf(dataset, (user) => isNewest[user] === 1)),
  };
}

/** The rows of some users, over the same users and items. */
export function usersOf(dataset: Dataset, keeps: (user: number) => boolean): Dataset {
  return keepRows(dataset, (_row, { user }) => keeps(user));
}

/** Every row but a session's first is to be found from those before it; what was seen may come again. */
export function prefixCases(dataset: Dataset): Cases {
  return casesOfRows(dataset, () => true, { maskSeen: false, mean: "case" });
}
