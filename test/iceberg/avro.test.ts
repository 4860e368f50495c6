import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AvroSchema, decodeAvroFile, encodeAvroFile, optional } from "../../src/iceberg/avro/index.ts";

const SCHEMA: AvroSchema = {
  type: "record",
  name: "row",
  fields: [
    { name: "count", type: "long" },
    { name: "small", type: optional("int") },
    { name: "text", type: "string" },
    { name: "flag", type: "boolean" },
    { name: "bytes", type: optional("bytes") },
    { name: "ratio", type: "double" },
    {
      name: "list",
      type: {
        type: "array",
        items: { type: "record", name: "item", fields: [{ name: "key", type: "int" }] },
      },
    },
  ],
};

const row = fc.record({
  count: fc.maxSafeInteger(),
  small: fc.option(fc.integer()),
  text: fc.string({ unit: "grapheme" }),
  flag: fc.boolean(),
  bytes: fc.option(fc.uint8Array()),
  ratio: fc.double({ noNaN: true }),
  list: fc.array(fc.record({ key: fc.integer() })),
});

describe("Avro container files", () => {
  it("bring back what was written", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 30 }), async (rows) => {
        const { rows: read, metadata } = await decodeAvroFile(
          await encodeAvroFile(SCHEMA, rows, { who: "us" }),
        );
        expect(read).toEqual(rows.map((value) => ({ ...value })));
        expect(metadata.who).toBe("us");
      }),
    );
  });

  it("hold several blocks", async () => {
    const rows = Array.from({ length: 3_000 }, (_, index) => ({
      count: index,
      small: null,
      text: `row ${index} ${"x".repeat(100)}`,
      flag: true,
      bytes: null,
      ratio: 0,
      list: [],
    }));
    const bytes = await encodeAvroFile(SCHEMA, rows, {});
    expect(bytes.byteLength).toBeLessThan(100_000);
    expect((await decodeAvroFile(bytes)).rows).toEqual(rows);
  });

  it("are the same bytes for the same rows", async () => {
    const rows = [{ count: 1, small: 2, text: "a", flag: true, bytes: null, ratio: 0.5, list: [] }];
    expect(await encodeAvroFile(SCHEMA, rows, {})).toEqual(await encodeAvroFile(SCHEMA, rows, {}));
  });

  it("are refused when cut, foreign or of another codec", async () => {
    const bytes = await encodeAvroFile("string", ["a", "b"], {});
    await expect(decodeAvroFile(bytes.subarray(0, bytes.byteLength - 3))).rejects.toThrow("end too early");
    await expect(decodeAvroFile(new TextEncoder().encode("PAR1 and more"))).rejects.toThrow("not an Avro");
    const other = new TextDecoder("latin1").decode(bytes).replace("deflate", "snappy1");
    const foreign = Uint8Array.from(other, (char) => char.charCodeAt(0));
    await expect(decodeAvroFile(foreign)).rejects.toThrow("codec snappy1");
  });

  it("refuse an integer that is not exact", async () => {
    await expect(encodeAvroFile("long", [2 ** 53], {})).rejects.toThrow("not an exact integer");
  });
});
