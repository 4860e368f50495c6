import { DAY_MS, type Prng } from "../../src/base/index.ts";
import type { Item } from "../../src/events/index.ts";
import { BRANDS, CATEGORIES, COLOURS, LINES, STYLES, type Subcategory } from "./vocabulary.ts";

/** An item with what the shop's visitors react to and no client ever sees. */
export interface Product {
  item: Item;
  category: string;
  subcategory: Subcategory;
  brand: string;
  /** A brand's collection: its parts go together, which is what a recommender can find out. */
  line: string;
  style: number;
  /** Log price in standard deviations of its subcategory. */
  priceLevel: number;
  /** How much anybody likes it; its spread makes the long tail. */
  appeal: number;
  publishedAgeMs: number;
  /** In fashion for the last so many milliseconds: what trending should find. 0 for most. */
  fashionAgeMs: number;
}

export interface Catalogue {
  products: Product[];
  bySubcategory: ReadonlyMap<string, Product[]>;
  byId: ReadonlyMap<string, Product>;
  categories: string[];
}

interface Line {
  brand: string;
  name: string;
  style: number;
  priceLevel: number;
}

const PRICE_SIGMA = 0.45;
const APPEAL_SIGMA = 1.2;
const LINES_PER_CATEGORY = 14;
const FASHION_SHARE = 0.01;

/** `categoriesMax` keeps a small catalogue dense: few subcategories with several items, not many with one. */
export function makeCatalogue(
  prng: Prng,
  nowMs: number,
  { items, categoriesMax }: { items: number; categoriesMax: number },
): Catalogue {
  const categories = CATEGORIES.slice(0, categoriesMax);
  const known = new Set(categories.flatMap(({ subcategories }) => subcategories.map(({ name }) => name)));
  const shelves = categories.flatMap((category) => {
    const lines = makeLines(prng);
    return category.subcategories.map((subcategory) => ({
      category: category.name,
      lines,
      subcategory: { ...subcategory, accessories: subcategory.accessories.filter((name) => known.has(name)) },
    }));
  });
  const products: Product[] = [];
  for (let index = 0; index < items; index++) {
    const shelf = shelves[index % shelves.length] as (typeof shelves)[number];
    products.push(makeProduct(prng, nowMs, { ...shelf, line: prng.pick(shelf.lines), index }));
  }
  return {
    products,
    bySubcategory: Map.groupBy(products, ({ subcategory }) => subcategory.name),
    byId: new Map(products.map((product) => [product.item.item_id, product])),
    categories: categories.map(({ name }) => name),
  };
}

function makeLines(prng: Prng): Line[] {
  const names = prng.shuffle([...LINES]);
  return Array.from({ length: LINES_PER_CATEGORY }, (_, index) => ({
    brand: prng.pick(BRANDS),
    name: names[index] as string,
    style: prng.int(STYLES.length),
    priceLevel: prng.normal(),
  }));
}

function makeProduct(
  prng: Prng,
  nowMs: number,
  place: { category: string; subcategory: Subcategory; line: Line; index: number },
): Product {
  const { category, subcategory, line, index } = place;
  const priceLevel = 0.8 * line.priceLevel + 0.6 * prng.normal();
  const style = prng.next() < 0.85 ? line.style : prng.int(STYLES.length);
  const colour = prng.pick(COLOURS);
  const publishedAgeMs = Math.round(365 * DAY_MS * prng.next());
  const itemId = `p${String(index + 1).padStart(4, "0")}`;
  const fashionAgeMs = prng.next() < FASHION_SHARE ? Math.round((1 + 3 * prng.next()) * DAY_MS) : 0;
  const soldOut = prng.next() < 0.01;
  return {
    item: {
      item_id: itemId,
      title: `${line.brand} ${line.name} ${prng.pick(subcategory.nouns)}, ${colour}`,
      url: `/?item=${itemId}`,
      categories: [category],
      tags: [subcategory.name.toLowerCase(), STYLES[style] as string, colour.toLowerCase()],
      brand: line.brand,
      price: shelfPrice(subcategory.medianPrice * Math.exp(PRICE_SIGMA * priceLevel)),
      currency: "EUR",
      stock: soldOut ? 0 : 1 + prng.int(200),
      published_at: nowMs - publishedAgeMs,
      attributes: { glyph: subcategory.glyph, line: line.name },
    },
    category,
    subcategory,
    brand: line.brand,
    line: `${line.brand} ${line.name}`,
    style,
    priceLevel,
    appeal: APPEAL_SIGMA * prng.normal(),
    publishedAgeMs,
    fashionAgeMs,
  };
}

/** Prices as shops write them: 4.90, 18.90, 129, 245. */
function shelfPrice(price: number): number {
  return price < 50 ? Math.floor(price) + 0.9 : Math.round(price);
}
