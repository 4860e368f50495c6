import type { Product } from "../simulate/index.ts";
import { bestOf, type Night, type Policy } from "./policy.ts";
import { popularity } from "./popularity.ts";

/** Neighbours kept of a product. */
const NEIGHBOURS_MAX = 100;

interface Neighbour {
  index: number;
  likeness: number;
}

/**
 * Item-kNN (Sarwar et al., 2001): products are alike by the cosine of their sets of visitors, and a list is what is most alike, in
 * sum, to what the visitor looked at. Popularity fills what is left, and answers who has looked at nothing.
 */
export function neighboursPolicy(products: readonly Product[]): Policy {
  let popular = popularity(products, null);
  let neighbours: Neighbour[][] = [];
  return {
    name: "item-knn",
    async learn(night) {
      popular = popularity(products, night);
      neighbours = findNeighbours(products, night);
    },
    async rank(question) {
      // Far below any likeness: it only orders what is like nothing.
      const most = Math.max(...popular);
      const scores = popular.map((score) => (1e-9 * score) / most);
      for (const seen of question.recent) {
        for (const { index, likeness } of neighbours[seen] ?? []) {
          scores[index] = (scores[index] as number) + likeness;
        }
      }
      return bestOf(question, scores);
    },
  };
}

function findNeighbours(products: readonly Product[], { rows }: Night): Neighbour[][] {
  const indexes = new Map(products.map(({ item }, index) => [item.item_id, index]));
  const byVisitor = new Map<string, Set<number>>();
  for (const { userId, itemId } of rows) {
    const index = indexes.get(itemId);
    if (index === undefined) continue;
    const own = byVisitor.get(userId) ?? new Set();
    byVisitor.set(userId, own.add(index));
  }
  const visitors = new Float64Array(products.length);
  const together = products.map(() => new Map<number, number>());
  for (const own of byVisitor.values()) {
    for (const a of own) {
      visitors[a] = (visitors[a] as number) + 1;
      const row = together[a] as Map<number, number>;
      for (const b of own) if (a !== b) row.set(b, (row.get(b) ?? 0) + 1);
    }
  }
  return together.map((row, a) =>
    [...row]
      .map(([index, count]) => ({
        index,
        likeness: count / Math.sqrt((visitors[a] as number) * (visitors[index] as number)),
      }))
      .sort((x, y) => y.likeness - x.likeness || x.index - y.index)
      .slice(0, NEIGHBOURS_MAX),
  );
}
