import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type CatalogItem, readCatalog, writeCatalog } from "../../src/catalogue/index.ts";
import { ITEM_FIELDS, type ItemField } from "../../src/events/index.ts";

const FULL: CatalogItem = {
  item_id: "ä/1",
  title: "Räucherlachs “fein” 🐟",
  url: "https://shop.example/ä",
  image: "https://shop.example/a.jpg",
  categories: ["food", "fish"],
  tags: [],
  brand: "",
  price: 9.95,
  currency: "EUR",
  stock: 0,
  hidden: true,
  published_at: 1_700_000_000_123,
  attributes: { smoked: true, grams: 200 },
  popularity: 12.5,
};

it("keeps every field of a full item and none of an empty one", async () => {
  const catalogue = await readCatalog(await writeCatalog([FULL, { item_id: "b", popularity: 0 }]));
  expect(catalogue.ids).toEqual(["ä/1", "b"]);
  expect(["ä/1", "b", "c", ""].map((id) => catalogue.idToIndex.get(id))).toEqual([
    0,
    1,
    undefined,
    undefined,
  ]);
  const { item_id: _, stock: __, hidden: ___, popularity: ____, ...fields } = FULL;
  expect(catalogue.fieldsOf(0, ITEM_FIELDS)).toEqual(fields);
  expect(catalogue.fieldsOf(1, ITEM_FIELDS)).toEqual({});
  expect([...catalogue.hidden]).toEqual([1, 0]);
  expect([...catalogue.stock]).toEqual([0, Number.NaN]);
  expect([...catalogue.price]).toEqual([9.95, Number.NaN]);
  expect([...catalogue.publishedAtMs]).toEqual([1_700_000_000_123, Number.NaN]);
  expect([...catalogue.popularity]).toEqual([12.5, 0]);
});

it("gives only fields that were asked for and that an answer may carry", async () => {
  const catalogue = await readCatalog(await writeCatalog([FULL]));
  const asked = ["title", "stock", "hidden", "popularity", "item_id", "constructor", "__proto__", "nonsense"];
  expect(catalogue.fieldsOf(0, asked)).toEqual({ title: FULL.title });
});

const text = fc.option(fc.string({ maxLength: 12, unit: "grapheme" }), { nil: undefined });
const labels = fc.option(fc.array(fc.string({ minLength: 1, maxLength: 5 }), { maxLength: 3 }), {
  nil: undefined,
});
const fields = fc.record({
  title: text,
  url: text,
  brand: text,
  categories: labels,
  tags: labels,
  price: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true, noDefaultInfinity: true }), { nil: undefined }),
  published_at: fc.option(fc.nat(), { nil: undefined }),
  attributes: fc.option(
    fc.dictionary(
      fc.string({ maxLength: 5 }).filter((key) => key !== "__proto__"),
      fc.integer(),
    ),
    {
      nil: undefined,
    },
  ),
});

it("reads back what was written, in order, over several row groups", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fields, { minLength: 1, maxLength: 20 }), async (samples) => {
      const items = Array.from({ length: 2_100 }, (_, i) => {
        const sample = samples[i % samples.length];
        return { ...sample, item_id: `i${i}`, popularity: i } as CatalogItem;
      });
      const catalogue = await readCatalog(await writeCatalog(items));
      expect(catalogue.size).toBe(items.length);
      for (const [index, item] of items.entries()) {
        expect(catalogue.ids[index]).toBe(item.item_id);
        expect(catalogue.popularity[index]).toBe(index);
        if (index % 300 > samples.length) continue;
        const expected = Object.fromEntries(
          ITEM_FIELDS.flatMap((name: ItemField) => (item[name] === undefined ? [] : [[name, item[name]]])),
        );
        expect(catalogue.fieldsOf(index, ITEM_FIELDS)).toEqual(expected);
      }
    }),
    { numRuns: 10 },
  );
});

it("gives way between row groups and between columns", async () => {
  let turns = 0;
  const yieldTo = async () => {
    turns++;
  };
  const items = Array.from({ length: 3_000 }, (_, i) => ({ item_id: `${i}`, popularity: 1 }));
  const bytes = await writeCatalog(items, { yieldTo });
  expect(turns).toBe(3);
  await readCatalog(bytes, { yieldTo });
  expect(turns).toBe(3 + 14);
});

it("refuses what is not a catalogue, and an item named twice", async () => {
  await expect(readCatalog(new TextEncoder().encode("not Parquet at all"))).rejects.toThrow();
  const twice = await writeCatalog([FULL, FULL]);
  await expect(readCatalog(twice)).rejects.toThrow("twice");
  expect((await readCatalog(await writeCatalog([]))).size).toBe(0);
});

it("is Parquet that another engine reads", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "catalog-"));
  try {
    const file = path.join(folder, "catalog.parquet");
    await writeFile(file, await writeCatalog([FULL, { item_id: "b", popularity: 0 }]));
    const connection = await (await DuckDBInstance.create()).connect();
    const reader = await connection.runAndReadAll(
      `SELECT item_id, title, stock, epoch_ms(published_at) AS at, categories->>1 AS second, popularity FROM '${file}' ORDER BY 1`,
    );
    expect(reader.getRowObjectsJson()).toEqual([
      { item_id: "b", title: null, stock: null, at: null, second: null, popularity: 0 },
      {
        item_id: "ä/1",
        title: FULL.title,
        stock: "0",
        at: "1700000000123",
        second: "fish",
        popularity: 12.5,
      },
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
