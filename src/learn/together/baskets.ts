import { DAY_MS, discard } from "../../base/index.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Pace } from "../model/pace.ts";

/** Items of a basket that count, the first: whoever takes more takes for others, and pairs grow with the square. */
const BASKET_ITEMS_MAX = 50;
/** A basket begins with what is taken a day after the first of the one before. */
const BASKET_MS = DAY_MS;

/** Rows between two reports of work. */
const PIECE = 65_536;

/** What one user took within a day, each item once. */
export interface Baskets {
  /** Items of the data set, with or without a basket. */
  itemCount: number;
  /** [baskets + 1] The items of basket b are items[start[b]] … items[start[b + 1] − 1]. */
  start: Uint32Array<ArrayBuffer>;
  items: Uint32Array<ArrayBuffer>;
  /** [baskets] ascending. */
  users: Uint32Array<ArrayBuffer>;
}

/** From the rows of the types alone; shares nothing with the data set. */
export async function basketsOf(
  dataset: Dataset,
  typeCodes: readonly number[],
  pace: Pace,
): Promise<Baskets> {
  const { userIds, itemIds, userStart, items, timesMs, types } = dataset;
  const counts = new Uint8Array(256);
  for (const code of typeCodes) counts[code] = 1;
  let rows = 0;
  for (let row = 0; row < types.length; row++) {
    rows += counts[types[row] as number] as number;
    if (row % PIECE === PIECE - 1) await pace.spend(PIECE * 2);
  }
  const taken = new Uint32Array(rows);
  const starts = new Uint32Array(rows + 1);
  const users = new Uint32Array(rows);
  let baskets = 0;
  let end = 0;
  for (let user = 0; user < userIds.length; user++) {
    const [from, until] = [userStart[user] as number, userStart[user + 1] as number];
    let begunMs = Number.NEGATIVE_INFINITY;
    let start = end;
    for (let row = from; row < until; row++) {
      if (counts[types[row] as number] === 0) continue;
      const timeMs = timesMs[row] as number;
      if (timeMs - begunMs >= BASKET_MS) {
        begunMs = timeMs;
        start = end;
        starts[baskets] = end;
        users[baskets++] = user;
      }
      const item = items[row] as number;
      if (end - start === BASKET_ITEMS_MAX || taken.subarray(start, end).includes(item)) continue;
      taken[end++] = item;
    }
    await pace.spend((until - from) * 12 + (end - start) * BASKET_ITEMS_MAX);
  }
  starts[baskets] = end;
  const cut = {
    itemCount: itemIds.length,
    start: starts.slice(0, baskets + 1),
    items: taken.slice(0, end),
    users: users.slice(0, baskets),
  };
  discard(taken, starts, users);
  return cut;
}

/** The baskets that each item is in: of item i baskets[start[i]] … baskets[start[i + 1] − 1], ascending. */
export async function basketsByItem(
  { itemCount, start, items }: Baskets,
  pace: Pace,
): Promise<{ start: Uint32Array<ArrayBuffer>; baskets: Uint32Array<ArrayBuffer> }> {
  const itemStart = new Uint32Array(itemCount + 1);
  for (let place = 0; place < items.length; place++) {
    const item = items[place] as number;
    itemStart[item + 1] = (itemStart[item + 1] as number) + 1;
    if (place % PIECE === PIECE - 1) await pace.spend(PIECE * 8);
  }
  for (let item = 0; item < itemCount; item++) {
    itemStart[item + 1] = (itemStart[item + 1] as number) + (itemStart[item] as number);
  }
  await pace.spend(itemCount * 2);
  const next = itemStart.slice();
  const baskets = new Uint32Array(items.length);
  for (let basket = 0; basket + 1 < start.length; basket++) {
    const [from, until] = [start[basket] as number, start[basket + 1] as number];
    for (let place = from; place < until; place++) {
      const item = items[place] as number;
      const at = next[item] as number;
      baskets[at] = basket;
      next[item] = at + 1;
    }
    await pace.spend((until - from) * 12 + 5);
  }
  return { start: itemStart, baskets };
}
