import { describe, expect, it } from "vitest";
import { inferColumns, readTime } from "../../src/tabular/index.ts";

/** The facts of one column of these cells. */
function facts(...cells: unknown[]) {
  const [column] = inferColumns(cells.map((cell) => ({ column: cell })));
  if (column === undefined) throw new Error("no column");
  return column;
}

const typeOf = (...cells: unknown[]) => facts(...cells).type;
const timeOf = (...cells: unknown[]) => facts(...cells).reading.time;

describe("what a column is", () => {
  it("tells times by their size and form", () => {
    expect(timeOf("1433221332", "1433224214")).toBe("s");
    expect(timeOf("964982703", "964981247")).toBe("s");
    expect(timeOf("1433221332117", "1433224214164")).toBe("ms");
    expect(timeOf("1609459200123456", "1609459201123456")).toBe("us");
    expect(timeOf("2019-10-01 00:00:00 UTC", "2019-10-01 00:00:04 UTC")).toBe("iso");
    expect(timeOf("2019-10-01T00:00:00+02:00", "2019-10-02T00:00:00Z")).toBe("iso");
    expect(timeOf("2019/10/1", "2019/9/30 12:00")).toBe("iso");
    expect(timeOf("20190131", "20191201")).toBe("compact");
  });

  it("tells which of two numbers is the day where a cell gives it away, and by the marks where none does", () => {
    expect(timeOf("03/04/2024", "31/04/2024", "31/12/2024")).toBe(undefined);
    expect(timeOf("03/04/2024", "31/12/2024")).toBe("dmy");
    expect(timeOf("03/04/2024 1:15 pm", "12/31/2024 11:00 am")).toBe("mdy");
    expect(timeOf("03.04.2024", "05.06.2024")).toBe("dmy");
    expect(timeOf("03/04/2024", "05/06/2024")).toBe("mdy");
  });

  it("keeps ids from being numbers, dates and prices from being ids", () => {
    expect(typeOf("00123", "00456")).toBe("id");
    expect(typeOf("sku-1", "sku-2")).toBe("id");
    expect(typeOf("1", "2", "350")).toBe("number");
    expect(typeOf("318222", "7712")).toBe("number");
    expect(typeOf("$12.50", "1,299.00 USD")).toBe("number");
    expect(facts("12,50 €", "1.299,00 €")).toMatchObject({ type: "number", reading: { decimal: "," } });
    expect(facts("1.234", "5.678").reading).toEqual({});
  });

  it("tells booleans, addresses, images, currencies, lists, and text that only looks like one", () => {
    expect(typeOf("0", "1", "1")).toBe("boolean");
    expect(typeOf("Yes", "no")).toBe("boolean");
    expect(typeOf("1", "1")).toBe("number");
    expect(typeOf("https://shop.example/a?b=1", "https://shop.example/c")).toBe("url");
    expect(typeOf("https://shop.example/a.JPG?w=100", "//cdn.example/c.webp")).toBe("image");
    expect(typeOf("EUR", "EUR", "USD")).toBe("currency");
    expect(facts("Home > Lamps", "Home > Rugs")).toMatchObject({ type: "list", reading: { separator: ">" } });
    expect(facts("Comedy|Drama", "Action")).toMatchObject({ type: "list", reading: { separator: "|" } });
    expect(typeOf("red,blue", "green,red")).toBe("list");
    expect(
      typeOf("A lamp, which shines at night, for all", "A rug, woven by hand in the north, of wool"),
    ).toBe("text");
    expect(typeOf(["a"], ["b", "c"])).toBe("list");
    expect(typeOf({ a: 1 }, null)).toBe("object");
    expect(typeOf("", null, "  ")).toBe("empty");
  });

  it("is not misled by a few broken cells, and is by many", () => {
    const good = Array.from({ length: 39 }, (_, at) => String(1433221332 + at));
    expect(typeOf(...good, "n/a")).toBe("time");
    expect(typeOf(...good.slice(0, 5), "n/a", "unknown time")).toBe("text");
  });

  it("sees columns that only some rows of JSON have, and counts what is filled and differs", () => {
    const columns = inferColumns([{ a: 1 }, { a: 1, b: "x y" }, { b: "" }]);
    expect(columns).toMatchObject([
      { name: "a", rows: 3, filled: 2, distinct: 1, examples: ["1"] },
      { name: "b", rows: 3, filled: 1, type: "text", longest: 3 },
    ]);
  });
});

describe("times", () => {
  it("are read in their form, in UTC where they name no zone, and refused where there is no such day", () => {
    const noon = Date.UTC(2024, 2, 4, 12);
    for (const [text, form] of [
      ["04.03.2024 12:00", "dmy"],
      ["3/4/24 12:00 PM", "mdy"],
      ["2024-03-04 12:00:00", "iso"],
      ["2024-03-04 12:00:00 UTC", undefined],
      ["2024/3/4 12:00", undefined],
      ["2024-03-04T14:00:00+02:00", undefined],
      [String(noon / 1_000), undefined],
      [String(noon * 1_000), "us"],
      [noon, undefined],
    ] as const) {
      expect(readTime(text, form), String(text)).toBe(noon);
    }
    expect(readTime("20240304", "compact")).toBe(Date.UTC(2024, 2, 4));
    expect(readTime("31.02.2024", "dmy")).toBeNull();
    expect(readTime("yesterday")).toBeNull();
    expect(readTime("")).toBeNull();
  });
});
