import type { Dataset } from "../data/dataset.ts";

/** Users and items, each pair once, by user. */
export interface DistinctPairs {
  /** [users + 1] */
  userStart: Uint32Array;
  users: Uint32Array;
  items: Uint32Array;
}

export function distinctPairs({ userStart, items, itemIds }: Dataset): DistinctPairs {
  const lastUser = new Int32Array(itemIds.length).fill(-1);
  const starts = new Uint32Array(userStart.length);
  const kept = new Uint32Array(items.length);
  const users = new Uint32Array(items.length);
  let count = 0;
  for (let user = 0; user + 1 < userStart.length; user++) {
    for (let row = userStart[user] as number; row < (userStart[user + 1] as number); row++) {
      const item = items[row] as number;
      if (lastUser[item] === user) continue;
      lastUser[item] = user;
      users[count] = user;
      kept[count++] = item;
    }
    starts[user + 1] = count;
  }
  return { userStart: starts, users: users.subarray(0, count), items: kept.subarray(0, count) };
}
