import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { indexIds } from "../../src/catalogue/id-index.ts";
import { packColumn } from "../../src/catalogue/packed.ts";

const encoder = new TextEncoder();
const cellsOf = (texts: readonly (string | undefined)[]) =>
  texts.map((text) => (text === undefined ? null : encoder.encode(text)));

describe("columns of text in memory", () => {
  const text = fc.option(fc.string({ maxLength: 6, unit: "grapheme" }), { nil: undefined });

  it.each([
    ["labels", 3],
    ["texts", 300],
  ])("give back what they were made of: %s", (_, different) => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: different }), (some) => {
        const texts = Array.from({ length: 240 }, (_, row) => some[row % some.length]);
        const column = packColumn(cellsOf(texts));
        expect(texts.map((_, row) => column.at(row))).toEqual(texts);
        expect(texts.map((_, row) => column.has(row))).toEqual(texts.map((one) => one !== undefined));
      }),
      { numRuns: 50 },
    );
  });

  it("share a beginning up to where a character ends", () => {
    // ä, å and ö begin with one byte, 0xC3.
    const texts = Array.from({ length: 100 }, (_, row) => `https://shöp/${row % 2 === 0 ? "ä" : "å"}${row}`);
    const marked = texts.map((text) => `\ufeff${text.slice(0, 8)}\ufeff${text.slice(8)}`);
    for (const own of [texts, [...texts, "https://shö"], [...texts, undefined, ""], marked]) {
      const column = packColumn(cellsOf(own));
      expect(own.map((_, row) => column.at(row))).toEqual(own);
    }
  });

  it("take two bytes a row for labels, nothing for what nobody has, and the text itself where all differ", () => {
    const rows = 10_000;
    const sizeOf = (at: (row: number) => string | undefined) =>
      packColumn(cellsOf(Array.from({ length: rows }, (_, row) => at(row)))).byteLength / rows;
    expect(sizeOf(() => undefined)).toBe(0);
    expect(sizeOf((row) => `brand-${row % 400}`)).toBeLessThan(4);
    expect(sizeOf((row) => `Title ${row}`)).toBeLessThan(17);
    expect(sizeOf((row) => `https://shop.example/products/${row}`)).toBeLessThan(10);
  });
});

describe("an index of ids", () => {
  it("finds each of many, and none that is not there", () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => `item-${index}`);
    const index = indexIds(ids);
    expect(ids.every((id, at) => index.get(id) === at)).toBe(true);
    for (const other of ["", "item-", "item-20000", "item-00001", "constructor"])
      expect(index.get(other)).toBeUndefined();
    expect([index.size, index.byteLength]).toEqual([20_000, 4 * 65_536]);
  });

  it("is a map for any ids", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: "binary" })), fc.string(), (ids, other) => {
        const index = indexIds(ids);
        for (const [at, id] of ids.entries()) expect(index.get(id)).toBe(at);
        expect(index.get(other)).toBe(ids.includes(other) ? ids.indexOf(other) : undefined);
      }),
    );
  });

  it("refuses an id that stands twice", () => {
    expect(() => indexIds(["a", "b", "a"])).toThrow('"a" stands twice');
  });
});
