import { describe, expect, it } from "vitest";
import {
  guessKind,
  inferColumns,
  type Kind,
  knownEventType,
  proposeMapping,
} from "../../src/tabular/index.ts";

/** Columns from a header and rows, as a file has them. */
function columnsOf(header: string[], ...rows: (string | number)[][]) {
  return inferColumns(rows.map((row) => Object.fromEntries(header.map((name, at) => [name, row[at]]))));
}

function mapping(kind: Kind, ...table: Parameters<typeof columnsOf>) {
  return Object.fromEntries(
    proposeMapping(kind, columnsOf(...table)).map(({ column, field }) => [column, field]),
  );
}

const AT = "1433221332117";

describe("proposed mappings", () => {
  it("finds its way in logs as they are published", () => {
    expect(
      mapping(
        "interactions",
        ["timestamp", "visitorid", "event", "itemid", "transactionid"],
        [AT, 257597, "view", 355908, ""],
        [AT, 99, "addtocart", 248676, 7],
      ),
    ).toEqual({
      timestamp: "occurred_at",
      visitorid: "anonymous_id",
      event: "type",
      itemid: "item_id",
      transactionid: null,
    });
    expect(
      mapping(
        "interactions",
        [
          "event_time",
          "event_type",
          "product_id",
          "category_id",
          "category_code",
          "brand",
          "price",
          "user_id",
          "user_session",
        ],
        [
          "2019-10-01 00:00:00 UTC",
          "view",
          44600062,
          "2103807459595387724",
          "",
          "shiseido",
          "35.79",
          541312140,
          "72d76fde-8bb3",
        ],
        [
          "2019-10-01 00:00:01 UTC",
          "cart",
          3900821,
          "2053013552326770905",
          "appliances.water",
          "aqua",
          "33.20",
          554748717,
          "9333dfbd-b87a",
        ],
      ),
    ).toMatchObject({
      event_time: "occurred_at",
      event_type: "type",
      product_id: "item_id",
      price: "value",
      user_id: "user_id",
      user_session: "session_id",
      brand: null,
    });
    expect(
      mapping(
        "interactions",
        ["userId", "movieId", "rating", "timestamp"],
        [1, 296, "5.0", "1147880044"],
        [1, 306, "3.5", "1147868817"],
      ),
    ).toEqual({ userId: "user_id", movieId: "item_id", rating: "value", timestamp: "occurred_at" });
  });

  it("finds its way in catalogues, and puts the rest into attributes", () => {
    expect(
      mapping(
        "items",
        [
          "ProductID",
          "Product Name",
          "Cost",
          "Image Src",
          "Permalink",
          "Category",
          "Qty",
          "Vendor",
          "colour",
        ],
        [
          "sku-1",
          "Walnut desk",
          "349.00",
          "https://x.example/a.jpg",
          "https://x.example/p/1",
          "furniture",
          "3",
          "Acme",
          "brown",
        ],
        [
          "sku-2",
          "Oak shelf",
          "120.00",
          "https://x.example/b.jpg",
          "https://x.example/p/2",
          "furniture",
          "0",
          "Weft",
          "light",
        ],
      ),
    ).toEqual({
      ...{
        ProductID: "item_id",
        "Product Name": "title",
        Cost: "price",
        "Image Src": "image",
        Permalink: "url",
      },
      ...{ Category: "categories", Qty: "stock", Vendor: "brand", colour: "attributes.colour" },
    });
    expect(
      mapping(
        "items",
        ["parent_asin", "titles", "catgeory", "prize"],
        ["B0001", "A long title", "Toys", "12,50"],
        ["B0002", "Another one", "Games", "8,99"],
      ),
    ).toEqual({ parent_asin: "item_id", titles: "title", catgeory: "categories", prize: "price" });
    expect(
      mapping(
        "items",
        ["movieId", "title", "genres"],
        ["1", "Toy Story (1995)", "Adventure|Animation"],
        ["2", "Jumanji (1995)", "Adventure|Children"],
      ),
    ).toEqual({
      ...{ movieId: "item_id", title: "title", genres: "categories" },
    });
  });

  it("gives each field once, to the column that deserves it more", () => {
    const found = mapping(
      "items",
      ["id", "sku", "name", "brand name"],
      ["1", "sku-1", "Lamp", "Acme"],
      ["2", "sku-2", "Rug", "Weft"],
    );
    expect(Object.values(found).filter((field) => field === "item_id")).toHaveLength(1);
    expect(found).toMatchObject({ name: "title", "brand name": "brand" });
  });

  it("goes by the cells where names say nothing, and says that it did", () => {
    const columns = columnsOf(["c1", "c2", "c3"], ["view", AT, "x9"], ["purchase", AT, "x7"]);
    expect(proposeMapping("interactions", columns)).toMatchObject([
      { field: "type", by: "values" },
      { field: "occurred_at", by: "values" },
      { field: null, by: "rest" },
    ]);
  });

  it("is less sure where name and cells do not agree, and surest where they do", () => {
    const sure = proposeMapping("items", columnsOf(["price"], ["12.50"], ["9.99"]))[0];
    const unsure = proposeMapping(
      "items",
      columnsOf(["price"], ["https://x.example/1"], ["https://x.example/2"]),
    )[0];
    expect(sure).toMatchObject({ field: "price", confidence: 1, by: "both" });
    expect(unsure?.field).not.toBe("price");
  });

  it("leaves out what attributes cannot hold: long texts, objects, empty columns", () => {
    const found = mapping(
      "items",
      ["sku", "story", "nothing"],
      ["a-1", "word ".repeat(200), ""],
      ["a-2", "word ".repeat(150), ""],
    );
    expect(found).toEqual({ sku: "item_id", story: null, nothing: null });
  });
});

describe("the kind of rows", () => {
  it("is told by what the columns could be", () => {
    expect(guessKind(columnsOf(["timestamp", "visitorid", "event", "itemid"], [AT, 1, "view", 2]))).toBe(
      "interactions",
    );
    expect(guessKind(columnsOf(["userId", "movieId", "rating"], [1, 2, 3]))).toBe("interactions");
    expect(guessKind(columnsOf(["sku", "name", "price"], ["a-1", "Lamp", "9.99"]))).toBe("items");
    expect(guessKind(columnsOf(["customer_id", "plan"], ["c1", "gold"]))).toBe("users");
  });
});

describe("types of events", () => {
  it("are known by what others call them, unless the tenant has declared its own", () => {
    expect(
      ["addtocart", "Add to Cart", "cart", "transaction", "PageView", "view"].map((name) =>
        knownEventType(name),
      ),
    ).toEqual([...["add_to_cart", "add_to_cart", "add_to_cart", "purchase", "view", "view"]]);
    expect(knownEventType("addtocart", new Set(["addtocart"]))).toBe("addtocart");
    expect(knownEventType("teleport")).toBeNull();
  });
});
