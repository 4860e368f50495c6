import type { Dataset } from "../learn/index.ts";

/** The rows that `keeps`, moved together in the columns where they lie: no memory beside them. The given data set is used up. */
function keepInPlace(dataset: Dataset, keeps: (row: number) => boolean): Dataset {
  const { userIds, itemIds, userStart, items, timesMs, weights, types } = dataset;
  let to = 0;
  let start = userStart[0] as number;
  for (let user = 0; user < userIds.length; user++) {
    const end = userStart[user + 1] as number;
    for (let row = start; row < end; row++) {
      if (!keeps(row)) continue;
      items[to] = items[row] as number;
      timesMs[to] = timesMs[row] as number;
      weights[to] = weights[row] as number;
      types[to] = types[row] as number;
      to++;
    }
    start = end;
    userStart[user + 1] = to;
  }
  return {
    ...{ userIds, itemIds, userStart },
    items: items.subarray(0, to),
    timesMs: timesMs.subarray(0, to),
    weights: weights.subarray(0, to),
    types: types.subarray(0, to),
  };
}

/** The rows before `cutMs`, over the same users and items. */
export function cutInPlace(dataset: Dataset, cutMs: number): Dataset {
  return keepInPlace(dataset, (row) => (dataset.timesMs[row] as number) < cutMs);
}

/** Another data set with the rows of some users, all users and items keeping their places. */
export function rowsOfUsers(dataset: Dataset, isKept: (user: number) => boolean): Dataset {
  const userStart = new Uint32Array(dataset.userStart.length);
  const parts: [number, number][] = [];
  for (let user = 0; user < dataset.userIds.length; user++) {
    const [start, end] = [dataset.userStart[user] as number, dataset.userStart[user + 1] as number];
    const isWanted = isKept(user);
    if (isWanted) parts.push([start, end]);
    userStart[user + 1] = (userStart[user] as number) + (isWanted ? end - start : 0);
  }
  const length = userStart[dataset.userIds.length] as number;
  const pick = <C extends { set(from: C, at: number): void; subarray(from: number, to: number): C }>(
    from: C,
    to: C,
  ): C => {
    let at = 0;
    for (const [start, end] of parts) {
      to.set(from.subarray(start, end), at);
      at += end - start;
    }
    return to;
  };
  return {
    ...{ userIds: dataset.userIds, itemIds: dataset.itemIds, userStart },
    items: pick(dataset.items, new Uint32Array(length)),
    timesMs: pick(dataset.timesMs, new Float64Array(length)),
    weights: pick(dataset.weights, new Float32Array(length)),
    types: pick(dataset.types, new Uint8Array(length)),
  };
}
