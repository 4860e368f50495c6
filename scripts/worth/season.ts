import { createPrng, DAY_MS, type Prng } from "../../src/base/index.ts";
import {
  type Catalogue,
  clickOddsAt,
  looksOf,
  makeCatalogue,
  makeShopper,
  type Product,
  type Scale,
  type Shopper,
  SIZES,
  TOLD_MS,
  visitStarts,
} from "../simulate/index.ts";

/** Where the days told stand on the calendar: it moves nothing but dates. */
const END_MS = Date.UTC(2026, 10, 21);

/** Share of the products that are sold out elsewhere at some moment of the days told, whatever the lists show. */
const SOLD_OUT_SHARE = 0.04;

/** A visit before it is made: who comes, when, and for how many looks, whatever is shown. */
export interface Visit {
  /** Index of the shopper. */
  shopper: number;
  /** From 0. */
  day: number;
  startAgeMs: number;
  looks: number;
  /** Everything in the visit that is left to chance comes from forks of this, by step and by product. */
  prng: Prng;
}

export interface SeasonOptions {
  seed: number;
  days: number;
  scale: Scale;
  /** Visits as a multiple of the demo shop's. */
  visitsFactor: number;
  /** Whether lists may show again what was passed over in the same visit. */
  repeats: boolean;
}

/** What all policies have in common: the shop, its shoppers, and who comes when. */
export interface Season {
  days: number;
  repeats: boolean;
  catalogue: Catalogue;
  products: readonly Product[];
  indexOf(product: Product): number;
  shoppers: readonly Shopper[];
  /** In time order. */
  visits: readonly Visit[];
  /** Milliseconds since the epoch of so long before the end. */
  timeMs(ageMs: number): number;
  /** Published, and not sold out elsewhere. What a world itself has sold counts there. */
  isOffered(index: number, ageMs: number): boolean;
  /** [products] odds that the visit's shopper clicks on each when she looks at it: `clickOdds` at the visit's moment. */
  oddsOf(visit: Visit): Float64Array;
}

/**
 * The demo shop's last `days` days as they would be with nothing before them: the same products (about 5 a day are published,
 * and some are in fashion, as there), the same shoppers, tastes and density of visits. `visitsFactor` multiplies the visits.
 */
export function makeSeason({ seed, days, scale, visitsFactor, repeats }: SeasonOptions): Season {
  const size = SIZES[scale];
  const shop = createPrng(`shop/${seed}`);
  const catalogue = makeCatalogue(shop.fork("catalogue"), END_MS, size);
  const { products } = catalogue;
  const shoppers = Array.from({ length: size.shoppers }, (_, index) =>
    makeShopper(shop.fork(`shopper/${index}`), catalogue, index),
  );
  const prng = createPrng(`worth/${seed}`);
  const soldOutAgeMs = products.map((_, index) => soldOutAge(prng.fork(`stock/${index}`), days));
  const indexes = new Map(products.map((product, index) => [product, index]));
  return {
    days,
    repeats,
    catalogue,
    products,
    shoppers,
    visits: planVisits(prng, { shoppers: shoppers.length, days, visitsFactor }),
    indexOf: (product) => indexes.get(product) ?? -1,
    timeMs: (ageMs) => END_MS - ageMs,
    isOffered: (index, ageMs) =>
      (products[index]?.publishedAgeMs ?? 0) > ageMs && (soldOutAgeMs[index] ?? 0) < ageMs,
    oddsOf({ shopper, startAgeMs }) {
      const { tastes } = shoppers[shopper] as Shopper;
      return Float64Array.from(
        products,
        clickOddsAt(tastes, { when: whenOf(startAgeMs), ageMs: startAgeMs }),
      );
    },
  };
}

/** 0 … 1 of the time over which the demo shop's interests drift. */
export function whenOf(ageMs: number): number {
  return 1 - ageMs / TOLD_MS;
}

/** −∞ for never. */
function soldOutAge(prng: Prng, days: number): number {
  return prng.next() < SOLD_OUT_SHARE ? prng.next() * days * DAY_MS : Number.NEGATIVE_INFINITY;
}

function planVisits(
  prng: Prng,
  { shoppers, days, visitsFactor }: { shoppers: number; days: number; visitsFactor: number },
): Visit[] {
  const visits: Visit[] = [];
  for (let shopper = 0; shopper < shoppers; shopper++) {
    for (let round = 0; round < visitsFactor; round++) {
      const own = prng.fork(`arrivals/${shopper}/${round}`);
      for (const [index, startAgeMs] of visitStarts(own).entries()) {
        const day = Math.floor((days * DAY_MS - startAgeMs) / DAY_MS);
        const stream = own.fork(`visit/${index}`);
        if (day >= 0)
          visits.push({ shopper, day, startAgeMs, looks: looksOf(stream.fork("looks")), prng: stream });
      }
    }
  }
  return visits.sort((a, b) => b.startAgeMs - a.startAgeMs);
}
