import { createPrng, type Prng } from "../../src/base/index.ts";
import type { LoadRequest } from "./load.ts";
import { brandOf, categoryOf, itemId, PRICE_MAX, SIZES, WEIGHT_MAX } from "./serve-model.ts";

/** Filters asked round-robin; as many again in turn with them are never asked twice. */
const KNOWN_FILTERS = 100;
const ANSWER_ITEMS = 10;

export interface Questions {
  /** Always the same. */
  cached(): LoadRequest;
  /** Another history and another filter each time: no cache of lists can answer. */
  live(): LoadRequest;
  /** As `live`, with titles. */
  titled(): LoadRequest;
  /** Nobody: an answer from the lists below the model's. */
  nobody(): LoadRequest;
  /** Another history each time, without rules. */
  plain(): LoadRequest;
}

export function createQuestions(
  { items, history: length, seed }: { items: number; history: number; seed: number | string },
  publishableKey: string,
): Questions {
  const prng = createPrng(`bench/serve/${seed}`);
  const known = Array.from({ length: KNOWN_FILTERS }, () => randomFilter(prng));
  const path = `/v1/recommendations?key=${publishableKey}`;
  const post = (body: object): LoadRequest => ({ path, body: JSON.stringify(body) });
  const history = () => Array.from({ length }, () => itemId(prng.int(items)));
  const same = post({ recent: history(), limit: ANSWER_ITEMS });
  let asked = 0;
  const filtered = (): object => {
    const filter = asked % 2 === 0 ? known[(asked / 2) % KNOWN_FILTERS] : randomFilter(prng);
    asked++;
    return { recent: history(), limit: ANSWER_ITEMS, rules: { filter } };
  };
  return {
    cached: () => same,
    live: () => post(filtered()),
    titled: () => post({ ...filtered(), fields: ["title"] }),
    nobody: () => ({ path: `${path}&limit=${ANSWER_ITEMS}` }),
    plain: () => post({ recent: history(), limit: ANSWER_ITEMS }),
  };
}

/** What placements of a shop ask for: two or three conditions, of numbers that do not come twice; enough items qualify. */
function randomFilter(prng: Prng): object {
  const price = prng.next() * 0.5 * PRICE_MAX;
  const kinds: (() => object)[] = [
    () => ({ not: { brand: { in: Array.from({ length: 5 }, () => brandOf(prng.int(1_000))) } } }),
    () => ({ not: { categories: { any: [categoryOf(prng.int(1_000)), categoryOf(prng.int(1_000))] } } }),
    () => ({ "attributes.weight": { lt: (0.3 + 0.7 * prng.next()) * WEIGHT_MAX } }),
    () => ({ "attributes.size": { ne: prng.pick(SIZES) } }),
  ];
  const others = Array.from({ length: 1 + prng.int(2) }, () => prng.pick(kinds)());
  return { and: [{ price: { gte: price, lt: price + 0.4 * PRICE_MAX } }, ...others] };
}
