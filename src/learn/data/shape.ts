import type { Dataset } from "./dataset.ts";

/** What a learner needs to know of data to judge whether it suits them, and what a fit would cost. */
export interface DataShape {
  /** With at least one row. */
  users: number;
  /** With at least one row. */
  items: number;
  rows: number;
  rowsPerUser: number;
  /** Rows of a user differ in time: their order means something. */
  isOrdered: boolean;
  /** Times are more than an order: gaps between them differ. */
  isTimed: boolean;
  /** Share of the rows on an item that their user had before. */
  repeatShare: number;
  /** Items of a history are not recommended again. */
  maskSeen: boolean;
}

export function shapeOf(dataset: Dataset, { maskSeen }: { maskSeen: boolean }): DataShape {
  const { items, userStart, timesMs } = dataset;
  const seenItems = new Uint8Array(dataset.itemIds.length);
  const lastUser = new Int32Array(dataset.itemIds.length).fill(-1);
  let users = 0;
  let repeats = 0;
  let ordered = 0;
  let steps = 0;
  const gaps = new Set<number>();
  for (let user = 0; user + 1 < userStart.length; user++) {
    const start = userStart[user] as number;
    const end = userStart[user + 1] as number;
    if (end > start) users++;
    for (let row = start; row < end; row++) {
      const item = items[row] as number;
      seenItems[item] = 1;
      if (lastUser[item] === user) repeats++;
      lastUser[item] = user;
      if (row === start) continue;
      steps++;
      const gap = (timesMs[row] as number) - (timesMs[row - 1] as number);
      if (gap > 0) ordered++;
      if (gap > 0 && gaps.size < 3) gaps.add(gap);
    }
  }
  return {
    users,
    items: seenItems.reduce((sum, seen) => sum + seen, 0),
    rows: items.length,
    rowsPerUser: items.length / Math.max(users, 1),
    isOrdered: ordered > steps / 4,
    isTimed: gaps.size > 2,
    repeatShare: repeats / Math.max(items.length, 1),
    maskSeen,
  };
}
