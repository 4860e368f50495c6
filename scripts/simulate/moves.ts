import type { Prng } from "../../src/base/index.ts";
import type { Catalogue, Product } from "./catalogue.ts";
import { geometric, weightedIndex } from "./chance.ts";
import { fashion, liking, pickSubcategory, type Tastes } from "./shoppers.ts";

/** Where a look leads: odds of the next one. */
const MOVES = { accessory: 0.42, alike: 0.3, elsewhere: 0.16, again: 0.12 } as const;
type Move = keyof typeof MOVES;

/** Who decides, and when. */
export interface Moment {
  readonly prng: Prng;
  readonly tastes: Tastes;
  readonly ageMs: number;
  /** 0 at the beginning of the time told, 1 now. */
  readonly when: number;
}

/** What is looked at after `from`; null ends the visit. The order matters: an accessory follows, it seldom leads. */
export function moveOn(
  visit: Moment,
  catalogue: Catalogue,
  { from, seen }: { from: Product; seen: Product[] },
): Product | null {
  const { prng, tastes } = visit;
  const names = Object.keys(MOVES) as Move[];
  const move = names[weightedIndex(prng, Object.values(MOVES))] as Move;
  const shelf = (name: string) => catalogue.bySubcategory.get(name) ?? [];
  const near = (other: Product) =>
    other === from
      ? Number.NEGATIVE_INFINITY
      : (other.line === from.line ? 3.2 : 0) + (other.style === from.style ? 0.6 : 0);
  switch (move) {
    case "accessory": {
      const { accessories } = from.subcategory;
      // The first is the usual one: a tent wants a sleeping bag before it wants a lantern.
      const next =
        accessories[
          weightedIndex(
            prng,
            accessories.map((_, index) => 3 - index),
          )
        ];
      return choose(visit, shelf(next ?? from.subcategory.name), near);
    }
    case "alike":
      return choose(visit, shelf(from.subcategory.name), (other) =>
        other === from
          ? Number.NEGATIVE_INFINITY
          : near(other) / 2 - (other.priceLevel - from.priceLevel) ** 2,
      );
    case "elsewhere":
      return choose(visit, shelf(pickSubcategory(prng, catalogue, tastes, visit.when)), () => 0);
    case "again": {
      const last = seen.at(-1 - geometric(prng, 4));
      return last === undefined || last === from ? choose(visit, shelf(from.subcategory.name), near) : last;
    }
  }
}

/** One of the products on sale by then, by liking, fashion and `bonus`. Null for none. */
export function choose(
  visit: Moment,
  products: readonly Product[],
  bonus: (product: Product) => number,
): Product | null {
  const onSale = products.filter(({ publishedAgeMs }) => publishedAgeMs > visit.ageMs);
  if (onSale.length === 0) return null;
  const scores = onSale.map(
    (product) => liking(visit.tastes, product) + fashion(product, visit.ageMs) + bonus(product),
  );
  const best = Math.max(...scores);
  // All candidates may be ruled out: a shelf of one, seen already.
  if (best === Number.NEGATIVE_INFINITY) return null;
  return (
    onSale[
      weightedIndex(
        visit.prng,
        scores.map((score) => Math.exp(score - best)),
      )
    ] ?? null
  );
}
