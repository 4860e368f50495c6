import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeCell, encodeCell, lowerTextBound, upperTextBound } from "../../src/iceberg/cells.ts";
import { applyTransform, type Cell, compareCells } from "../../src/iceberg/index.ts";
import { murmur3x32 } from "../../src/iceberg/murmur3.ts";
import { projectRange } from "../../src/iceberg/transforms.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
/** The order of the bytes that Parquet and Iceberg compare. */
function compareUtf8(a: string, b: string): number {
  return Buffer.compare(utf8(a), utf8(b));
}
const text = fc.string({ unit: "binary", maxLength: 90 });

describe("murmur3", () => {
  it("gives the values of the specification's appendix B", () => {
    expect(murmur3x32(encodeCell("long", 34))).toBe(2017239379);
    expect(murmur3x32(encodeCell("string", "iceberg"))).toBe(1210000089);
    // timestamptz 2017-11-16T14:31:08-08:00, and the bytes 00 01 02 03.
    expect(murmur3x32(encodeCell("timestamptz", Date.parse("2017-11-16T14:31:08-08:00")))).toBe(-2047944441);
    expect(murmur3x32(Uint8Array.of(0, 1, 2, 3))).toBe(-188683207);
  });

  it("gives the reference's values for every length of the tail", () => {
    // From the reference code (seed 0), by its command line.
    expect(["", "a", "ab", "abc", "abcd", "abcde"].map((value) => murmur3x32(utf8(value)) >>> 0)).toEqual([
      0, 0x3c2569b2, 0x9bbfd75f, 0xb3dd93fa, 0x43ed676a, 0xe89b9af6,
    ]);
  });
});

describe("transforms", () => {
  it("make UTC days, before the epoch too", () => {
    const day = (iso: string) => applyTransform({ kind: "day" }, "timestamptz", Date.parse(iso));
    expect(day("2017-11-16T22:31:08Z")).toBe(17_486);
    expect(day("1970-01-01T00:00:00Z")).toBe(0);
    expect(day("1969-12-31T23:59:59.999Z")).toBe(-1);
  });

  it("keep buckets within their number, and null null", () => {
    expect(applyTransform({ kind: "bucket", buckets: 16 }, "string", "iceberg")).toBe(1210000089 % 16);
    expect(applyTransform({ kind: "bucket", buckets: 16 }, "string", null)).toBeNull();
    expect(applyTransform({ kind: "day" }, "timestamptz", null)).toBeNull();
    fc.assert(
      fc.property(text, (value) => {
        const bucket = applyTransform({ kind: "bucket", buckets: 7 }, "string", value) as number;
        expect(bucket >= 0 && bucket < 7).toBe(true);
      }),
    );
  });

  it("project a range so that no value inside falls outside", () => {
    const transforms = [{ kind: "identity" }, { kind: "day" }, { kind: "bucket", buckets: 4 }] as const;
    const time = fc.integer({ min: -1e12, max: 4e12 });
    fc.assert(
      fc.property(
        fc.constantFrom(...transforms),
        time,
        fc.option(time),
        fc.option(time),
        (transform, at, min, max) => {
          fc.pre((min ?? at) <= at && at <= (max ?? at));
          const range = projectRange(transform, "timestamptz", { min, max });
          const value = applyTransform(transform, "timestamptz", at) as number;
          if (range === null) return;
          expect(Number(range.min ?? value)).toBeLessThanOrEqual(value);
          expect(Number(range.max ?? value)).toBeGreaterThanOrEqual(value);
        },
      ),
    );
  });
});

describe("cells", () => {
  it("order text as its UTF-8 bytes do", () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareCells(a, b))).toBe(Math.sign(compareUtf8(a, b)));
      }),
    );
  });

  it("come back from their bytes", () => {
    const pairs: [Parameters<typeof encodeCell>[0], Exclude<Cell, null>][] = [
      ["string", "späť"],
      ["long", -5],
      ["double", 0.1],
      ["boolean", true],
      ["timestamptz", -1_500],
      ["int", -7],
      ["date", 20_000],
    ];
    for (const [type, value] of pairs) expect(decodeCell(type, encodeCell(type, value))).toBe(value);
  });

  it("bound text from both sides, in few characters", () => {
    fc.assert(
      fc.property(text, (value) => {
        const lower = lowerTextBound(value);
        const upper = upperTextBound(value);
        expect([...lower].length).toBeLessThanOrEqual(40);
        expect(compareUtf8(lower, value)).toBeLessThanOrEqual(0);
        if (upper === null) return;
        expect([...upper].length).toBeLessThanOrEqual(40);
        expect(compareUtf8(upper, value)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it("carry over what cannot be incremented, and bound nothing when all cannot", () => {
    const last = "\u{10ffff}";
    expect(upperTextBound(`a${last.repeat(50)}`)).toBe("b");
    expect(upperTextBound(last.repeat(50))).toBeNull();
    expect(upperTextBound(`${"\ud7ff".repeat(50)}`)).toBe(`${"\ud7ff".repeat(39)}\ue000`);
  });
});
