import { DAY_MS } from "../../src/base/index.ts";
import type { Product } from "../simulate/index.ts";
import { bestOf, type Night, type Policy } from "./policy.ts";

/** After so many days an interaction counts half, as in the popular list that the service falls back on. */
const HALF_LIFE_DAYS = 14;

/** The same list for everybody: what most interest was shown in, of late rather. Newest first where nothing is known. */
export function popularityPolicy(products: readonly Product[]): Policy {
  let scores = popularity(products, null);
  return {
    name: "popularity",
    async learn(night) {
      scores = popularity(products, night);
    },
    rank: async (question) => bestOf(question, scores),
  };
}

/** [products] the decayed sum of the weights of each product's interactions. */
export function popularity(products: readonly Product[], night: Night | null): Float64Array {
  // Under 1, the least that an interaction weighs: newness only orders what has none.
  const scores = Float64Array.from(products, ({ publishedAgeMs }) => 1e-3 / (1 + publishedAgeMs / DAY_MS));
  if (night === null) return scores;
  const indexes = new Map(products.map(({ item }, index) => [item.item_id, index]));
  for (const { itemId, timeMs, weight } of night.rows) {
    const index = indexes.get(itemId);
    if (index === undefined) continue;
    const decay = 2 ** (-(night.nowMs - timeMs) / (HALF_LIFE_DAYS * DAY_MS));
    scores[index] = (scores[index] as number) + weight * decay;
  }
  return scores;
}
