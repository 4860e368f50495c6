import { expect, it } from "vitest";
import { type CatalogItem, readCatalog, ruleColumnsOf, writeCatalog } from "../../src/catalogue/index.ts";
import { bindRule, CompiledColumns, parseRules, type RuleColumns } from "../../src/rules/index.ts";

const FULL: CatalogItem = {
  item_id: "a",
  title: "Ächte Stiefel",
  url: "https://shop.test/a",
  brand: "Acme",
  currency: "EUR",
  categories: ["shoes", "shoes", "winter"],
  tags: [],
  price: 9.5,
  stock: 3,
  published_at: 1_700_000_000_000,
  attributes: { size: "M", weight: 2, vegan: true },
  hidden: true,
  popularity: 7,
};

function rowsOf(columns: RuleColumns, filter: object): number[] {
  const parsed = parseRules({ filter });
  const where = parsed.ok ? parsed.value.filters[0]?.where : undefined;
  if (where === undefined) throw new Error(JSON.stringify(parsed));
  const bound = bindRule(where, { nowMs: 0, visitor: {}, interactions: [], typeCodeOf: () => 0 });
  const bits = new CompiledColumns(columns).bits(bound);
  return Array.from({ length: columns.size }, (_, row) => row).filter(
    (row) => ((bits[row >>> 5] as number) >>> (row & 31)) & 1,
  );
}

it("gives back whole items, and tells of them what may be asked for", async () => {
  const bare: CatalogItem = { item_id: "b", popularity: 0 };
  const catalogue = await readCatalog(await writeCatalog([FULL, bare]));
  expect(catalogue.itemAt(0)).toEqual(FULL);
  expect(catalogue.itemAt(1)).toEqual(bare);
  const asked = ["stock", "popularity", "price", "title"];
  expect(catalogue.fieldsOf(0, asked)).toEqual({ price: 9.5, title: "Ächte Stiefel" });
});

it("decodes columns from the file as from the items themselves, giving way on the way", async () => {
  const items = Array.from({ length: 9_000 }, (_, index) => ({
    ...FULL,
    item_id: `item-${index}`,
    title: index % 3 === 0 ? `Thing ${index}` : "",
    price: index,
    attributes: { size: index % 2 === 0 ? "M" : 5, [`only-${index % 50}`]: index },
  }));
  const catalogue = await readCatalog(await writeCatalog(items));
  let turns = 0;
  const read = await catalogue.ruleColumns(async () => void turns++);
  expect(turns).toBeGreaterThanOrEqual(3);
  expect(read.bytes).toBeGreaterThan(items.length * 8);
  const built = ruleColumnsOf(items);
  for (const filter of [
    { price: { gt: 100, lte: 140 } },
    { title: { prefix: "thing 12" } },
    { title: "" },
    { title: { exists: true } },
    { categories: { all: ["shoes", "winter"] } },
    { tags: { exists: true } },
    { "attributes.size": 5 },
    { "attributes.size": { prefix: "m" } },
    { "attributes.only-7": { lt: 400 } },
    { item_id: { prefix: "ITEM-89" } },
  ]) {
    expect(rowsOf(read, filter), JSON.stringify(filter)).toEqual(rowsOf(built, filter));
  }
  expect(rowsOf(read, { "attributes.only-7": { lt: 400 } })).toEqual([7, 57, 107, 157, 207, 257, 307, 357]);
  expect(rowsOf(read, { title: "" })).toHaveLength(6_000);
});

it("keeps the 256 attributes that most items have", () => {
  const items = Array.from({ length: 300 }, (_, index) => ({
    item_id: `item-${index}`,
    attributes: { common: 1, [`rare-${index}`]: 1 },
  }));
  const columns = ruleColumnsOf(items);
  expect(rowsOf(columns, { "attributes.common": 1 })).toHaveLength(300);
  const kept = items.filter((_, index) => rowsOf(columns, { [`attributes.rare-${index}`]: 1 }).length > 0);
  expect(kept).toHaveLength(255);
});
