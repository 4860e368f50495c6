import { groupBy } from "../data/dataset.ts";
import type { Learner } from "../model/learner.ts";
import { distinctPairs } from "./distinct-pairs.ts";
import { NeighbourTable, neighbourScores } from "./neighbour-table.ts";

/** More neighbours add nothing. */
const NEIGHBOURS = 100;

/**
 * Item-based nearest neighbours (Sarwar et al., WWW 2001): cosine of two items' users, damped for the few who have both by
 * `shrink` (Bell and Koren, ICDM 2007); a list is the sum over the history. To compare with, not to choose.
 */
export const itemKnn: Learner = {
  name: "item-knn",
  suits: () => true,
  ladders: () => [{ name: "shrink", values: [0, 10, 50], start: 1 }],
  workSeconds: ({ rows, rowsPerUser }) => (rows * rowsPerUser) / 1e8,
  async fit(dataset, parameters, { onProgress }, { pace }) {
    const shrink = parameters.shrink ?? 0;
    const itemCount = dataset.itemIds.length;
    const pairs = distinctPairs(dataset);
    const usersOf = groupBy(pairs.items, itemCount);
    const table = new NeighbourTable(itemCount, Math.min(NEIGHBOURS, itemCount));
    const common = new Uint32Array(itemCount);
    const count = (item: number) => (usersOf.start[item + 1] as number) - (usersOf.start[item] as number);
    for (let item = 0; item < itemCount; item++) {
      const met: number[] = [];
      let work = 0;
      for (let at = usersOf.start[item] as number; at < (usersOf.start[item + 1] as number); at++) {
        const user = pairs.users[usersOf.places[at] as number] as number;
        const end = pairs.userStart[user + 1] as number;
        for (let pair = pairs.userStart[user] as number; pair < end; pair++) {
          const other = pairs.items[pair] as number;
          if (other === item) continue;
          if (common[other] === 0) met.push(other);
          common[other] = (common[other] as number) + 1;
        }
        work += end - (pairs.userStart[user] as number);
      }
      table.set(
        item,
        met,
        (other) => (common[other] as number) / (Math.sqrt(count(item) * count(other)) + shrink),
      );
      for (const other of met) common[other] = 0;
      await pace.spend(work * 3 + met.length * 60);
      if (item % 1_000 === 0) onProgress?.(item / itemCount, "item neighbours");
    }
    onProgress?.(1, "item neighbours");
    return { learner: "item-knn", parameters, itemCount, tensors: table.tensors() };
  },
  scores: neighbourScores,
};
