import type { Dataset } from "../data/dataset.ts";
import { codeOf, codeWeights, USER_ROWS_MAX } from "../graph-filter/bipartite.ts";
import type { UserSide } from "../graph-filter/spectrum.ts";
import type { Pace } from "../model/pace.ts";

/** Items and their users, renumbered: the most frequent item is 0. Shares nothing with the data set. */
export interface FrequentItems {
  graph: UserSide;
  /** [frequent items] index in the data set. */
  itemAt: Uint32Array<ArrayBuffer>;
  /** [items of the data set] users of each. */
  users: Uint32Array<ArrayBuffer>;
  /** [users], [frequent items] Σ weight. */
  userDegrees: Float64Array<ArrayBuffer>;
  itemDegrees: Float64Array<ArrayBuffer>;
}

/** The graph of the `most` items that most users have to do with; 5 B a row. Items that nobody touched are none of them. */
export async function frequentItems(dataset: Dataset, most: number, pace: Pace): Promise<FrequentItems> {
  const userCount = dataset.userIds.length;
  const { from, users } = await countUsers(dataset, pace);
  const order = Uint32Array.from(users.keys()).filter((item) => (users[item] as number) > 0);
  order.sort((a, b) => (users[b] as number) - (users[a] as number) || a - b);
  const itemAt = order.slice(0, most);
  const placeOf = new Int32Array(users.length).fill(-1);
  for (const [place, item] of itemAt.entries()) placeOf[item] = place;
  const items = new Uint32Array(dataset.items.length);
  const codes = new Uint8Array(items.length);
  const weightOf = codeWeights();
  const userDegrees = new Float64Array(userCount);
  const itemDegrees = new Float64Array(itemAt.length);
  const lastUser = new Int32Array(itemAt.length).fill(-1);
  for (let user = 0; user < userCount; user++) {
    const [start, end] = [from[user] as number, dataset.userStart[user + 1] as number];
    for (let row = start; row < end; row++) {
      const place = placeOf[dataset.items[row] as number] as number;
      if (place === -1 || lastUser[place] === user) continue;
      lastUser[place] = user;
      const code = codeOf(dataset.weights[row] as number);
      const weight = weightOf[code] as number;
      items[row] = place;
      codes[row] = code;
      userDegrees[user] = (userDegrees[user] as number) + weight;
      itemDegrees[place] = (itemDegrees[place] as number) + weight;
    }
    await pace.spend((end - start) * 15 + 5);
  }
  const userStart = dataset.userStart.slice();
  const graph = { itemCount: itemAt.length, userCount, from, userStart, items, codes, weightOf };
  return { graph, itemAt, users, userDegrees, itemDegrees };
}

/** `from`: [users] the first row of each that counts. */
async function countUsers({ userIds, itemIds, userStart, items }: Dataset, pace: Pace) {
  const from = new Uint32Array(userIds.length);
  const users = new Uint32Array(itemIds.length);
  const lastUser = new Int32Array(itemIds.length).fill(-1);
  for (let user = 0; user < userIds.length; user++) {
    const end = userStart[user + 1] as number;
    const start = Math.max(userStart[user] as number, end - USER_ROWS_MAX);
    from[user] = start;
    for (let row = start; row < end; row++) {
      const item = items[row] as number;
      if (lastUser[item] === user) continue;
      lastUser[item] = user;
      users[item] = (users[item] as number) + 1;
    }
    await pace.spend((end - start) * 5 + 5);
  }
  return { from, users };
}
