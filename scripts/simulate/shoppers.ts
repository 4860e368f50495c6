import type { Prng } from "../../src/base/index.ts";
import type { Catalogue, Product } from "./catalogue.ts";
import { clamp01, weightedIndex } from "./chance.ts";
import { BRANDS, FIRST_NAMES, STYLES } from "./vocabulary.ts";

/** What a shopper likes. Hidden from the service; a simulation may look, to tell what a list is truly worth. */
export interface Tastes {
  /** Share of attention by category, at the beginning and at the end of the time told: interests drift. */
  categoriesBefore: Record<string, number>;
  categoriesNow: Record<string, number>;
  /** Liking by subcategory, brand and style, about −1 … 2. */
  subcategories: Record<string, number>;
  brands: Record<string, number>;
  styles: number[];
  /** The price level looked for, in standard deviations of a subcategory. */
  priceLevel: number;
}

export interface Shopper {
  userId: string;
  /** For people to read, such as "Nadia: coffee & tea, likes it minimal". */
  label: string;
  tastes: Tastes;
}

export function makeShopper(prng: Prng, catalogue: Catalogue, index: number): Shopper {
  const tastes = makeTastes(prng, catalogue);
  const name = FIRST_NAMES[index % FIRST_NAMES.length] as string;
  const [first, second] = Object.entries(tastes.categoriesNow).sort((a, b) => b[1] - a[1]);
  const style = STYLES[tastes.styles.indexOf(Math.max(...tastes.styles))];
  return {
    userId: `u${String(index + 1).padStart(4, "0")}`,
    label: `${name}: ${first?.[0].toLowerCase()}, then ${second?.[0].toLowerCase()}; likes it ${style}`,
    tastes,
  };
}

function makeTastes(prng: Prng, { categories, bySubcategory }: Catalogue): Tastes {
  const before = attention(prng, categories);
  const now = prng.next() < 0.5 ? before : mix(before, attention(prng, categories), 0.7);
  return {
    categoriesBefore: before,
    categoriesNow: now,
    subcategories: Object.fromEntries([...bySubcategory.keys()].map((name) => [name, prng.normal()])),
    brands: Object.fromEntries(
      BRANDS.map((brand) => [brand, prng.next() < 0.12 ? 1.5 : 0.4 * prng.normal()]),
    ),
    styles: STYLES.map(() => prng.normal()),
    priceLevel: 0.8 * prng.normal(),
  };
}

/** Most of it on two or three categories, a little on all the others. Sums to 1. */
function attention(prng: Prng, categories: readonly string[]): Record<string, number> {
  const [first, second, third] = prng.shuffle([...categories]);
  const weights = categories.map((name) =>
    name === first ? 6 : name === second ? 3 : name === third ? 1.5 : 0.12,
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  return Object.fromEntries(categories.map((name, index) => [name, (weights[index] ?? 0) / sum]));
}

function mix(a: Record<string, number>, b: Record<string, number>, share: number): Record<string, number> {
  return Object.fromEntries(
    Object.keys(a).map((key) => [key, (1 - share) * (a[key] ?? 0) + share * (b[key] ?? 0)]),
  );
}

/** `when` runs from 0, the beginning of the time told, to 1, now. */
export function attentionAt(
  { categoriesBefore, categoriesNow }: Tastes,
  when: number,
): Record<string, number> {
  return mix(categoriesBefore, categoriesNow, clamp01(when));
}

/** Liking of an item among its like: without the category's share of attention and without fashion. */
export function liking(tastes: Tastes, product: Product): number {
  const priceGap = product.priceLevel - tastes.priceLevel;
  return (
    product.appeal +
    (tastes.brands[product.brand] ?? 0) +
    0.9 * (tastes.styles[product.style] ?? 0) -
    0.35 * priceGap * priceGap
  );
}

/** Extra liking while an item is in fashion. */
export function fashion(product: Product, ageMs: number): number {
  return ageMs <= product.fashionAgeMs ? 2.5 : 0;
}

/** A category by attention, then a subcategory by liking. */
export function pickSubcategory(prng: Prng, catalogue: Catalogue, tastes: Tastes, when: number): string {
  const shares = attentionAt(tastes, when);
  const names = Object.keys(shares);
  const category = names[weightedIndex(prng, Object.values(shares))];
  const subcategories = [...catalogue.bySubcategory]
    .filter(([, products]) => products[0]?.category === category)
    .map(([name]) => name);
  const weights = subcategories.map((name) => Math.exp(tastes.subcategories[name] ?? 0));
  return subcategories[weightedIndex(prng, weights)] as string;
}

/** Odds of a click when the item is shown to the shopper now, 0 … 1: about 0.6 for a favourite, under 0.02 for most. */
export function clickOdds(tastes: Tastes, product: Product): number {
  return clickOddsAt(tastes, { when: 1, ageMs: 0 })(product);
}

/** `clickOdds` at another moment, for many items: interests drift and fashions come. An item out of stock has none. */
export function clickOddsAt(
  tastes: Tastes,
  { when, ageMs }: { when: number; ageMs: number },
): (product: Product) => number {
  const shares = attentionAt(tastes, when);
  return (product) => {
    if (product.item.stock === 0) return 0;
    const share = shares[product.category] ?? 0;
    const subcategory = tastes.subcategories[product.subcategory.name] ?? 0;
    const score =
      1.1 * Math.log(share) + 0.7 * subcategory + 0.8 * (liking(tastes, product) + fashion(product, ageMs));
    return 1 / (1 + Math.exp(1.8 - score));
  };
}

/** Odds, 0 … 0.08, of a like by someone who looks at the item. */
export function likeOdds(tastes: Tastes, product: Product): number {
  return 0.08 * pleasure(tastes, product);
}

/** Odds, 0 … 0.3, of putting the item into the cart by someone who looks at it. */
export function cartOdds(tastes: Tastes, product: Product): number {
  return 0.3 * pleasure(tastes, product);
}

function pleasure(tastes: Tastes, product: Product): number {
  return 1 / (1 + Math.exp(2 - liking(tastes, product)));
}
