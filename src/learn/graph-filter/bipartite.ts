import { discard } from "../../base/index.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Pace } from "../model/pace.ts";

/** Rows of a user that count, the newest: its pairs of items grow with their square. */
export const USER_ROWS_MAX = 1_000;
/** Steps of a code for each doubling of a weight: 4 % apart. */
const CODES_PER_DOUBLING = 16;
const CODE_OF_ONE = 128;

/** The graph of users and items in both directions, each pair once: beside the rows' items 4 B a row, or 6 B of many users. */
export interface Bipartite {
  /** Items that the columns number, with or without rows. */
  itemCount: number;
  userCount: number;
  /** [users] the rows of user u that count are from[u] ≤ row < userStart[u + 1]. */
  from: Uint32Array<ArrayBuffer>;
  userStart: Uint32Array;
  /** [rows] item index. */
  items: Uint32Array | Uint16Array;
  /** [rows] weight code; 0 for a later row of a user on the same item. */
  codes: Uint8Array<ArrayBuffer>;
  /** [items + 1]: the users of item i are users[itemStart[i]] ≤ … < users[itemStart[i + 1]]. */
  itemStart: Uint32Array<ArrayBuffer>;
  users: Uint32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;
  userCodes: Uint8Array<ArrayBuffer>;
  /** [256] code → weight. */
  weightOf: Float32Array<ArrayBuffer>;
  /** [users] Σ weight */
  userDegrees: Float64Array<ArrayBuffer>;
  /** [items] Σ weight */
  itemDegrees: Float64Array<ArrayBuffer>;
}

export async function createBipartite(dataset: Dataset, pace: Pace): Promise<Bipartite> {
  const { items, userStart } = dataset;
  const itemCount = dataset.itemIds.length;
  const userCount = dataset.userIds.length;
  const weightOf = codeWeights();
  const from = new Uint32Array(userCount);
  const codes = new Uint8Array(items.length);
  const lastUser = new Int32Array(itemCount).fill(-1);
  const userDegrees = new Float64Array(userCount);
  const itemDegrees = new Float64Array(itemCount);
  const itemStart = new Uint32Array(itemCount + 1);
  for (let user = 0; user < userCount; user++) {
    const end = userStart[user + 1] as number;
    from[user] = Math.max(userStart[user] as number, end - USER_ROWS_MAX);
    for (let row = from[user] as number; row < end; row++) {
      const item = items[row] as number;
      if (lastUser[item] === user) continue;
      lastUser[item] = user;
      const code = codeOf(dataset.weights[row] as number);
      const weight = weightOf[code] as number;
      codes[row] = code;
      userDegrees[user] = (userDegrees[user] as number) + weight;
      itemDegrees[item] = (itemDegrees[item] as number) + weight;
      itemStart[item + 1] = (itemStart[item + 1] as number) + 1;
    }
    await pace.spend((end - (from[user] as number)) * 15 + 5);
  }
  for (let item = 0; item < itemCount; item++) {
    itemStart[item + 1] = (itemStart[item + 1] as number) + (itemStart[item] as number);
  }
  const next = itemStart.slice();
  const pairs = itemStart[itemCount] as number;
  const users = userCount <= 0x10000 ? new Uint16Array(pairs) : new Uint32Array(pairs);
  const userCodes = new Uint8Array(users.length);
  for (let user = 0; user < userCount; user++) {
    const end = userStart[user + 1] as number;
    for (let row = from[user] as number; row < end; row++) {
      const code = codes[row] as number;
      if (code === 0) continue;
      const item = items[row] as number;
      const at = next[item] as number;
      users[at] = user;
      userCodes[at] = code;
      next[item] = at + 1;
    }
    await pace.spend((end - (from[user] as number)) * 8);
  }
  discard(lastUser, next);
  return {
    itemCount,
    userCount,
    from,
    userStart,
    items,
    codes,
    itemStart,
    users,
    userCodes,
    weightOf,
    userDegrees,
    itemDegrees,
  };
}

/** What is the graph's own: rows and their users are the data set's. */
export function discardBipartite(graph: Bipartite): void {
  const { from, codes, itemStart, users, userCodes, userDegrees, itemDegrees } = graph;
  discard(from, codes, itemStart, users, userCodes, userDegrees, itemDegrees);
}

/** [256] code → weight. */
export function codeWeights(): Float32Array<ArrayBuffer> {
  const weightOf = (code: number) => (code === 0 ? 0 : 2 ** ((code - CODE_OF_ONE) / CODES_PER_DOUBLING));
  return Float32Array.from({ length: 256 }, (_, code) => weightOf(code));
}

export function codeOf(weight: number): number {
  const code = CODE_OF_ONE + Math.round(CODES_PER_DOUBLING * Math.log2(weight));
  return Math.min(Math.max(code, 1), 255);
}

/** [degrees] degree^exponent, 0 where the degree is 0. */
export function powers(degrees: Float64Array, exponent: number): Float32Array<ArrayBuffer> {
  const powered = new Float32Array(degrees.length);
  for (let one = 0; one < degrees.length; one++) {
    const degree = degrees[one] as number;
    powered[one] = degree === 0 ? 0 : degree ** exponent;
  }
  return powered;
}
