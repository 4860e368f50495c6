import { describe, expect, it } from "vitest";
import { encodeTogether, readTogether } from "../../src/catalogue/index.ts";

/** Item 0: 2, 1; item 1: none; item 2: 0. */
const LISTS = {
  start: Uint32Array.of(0, 2, 2, 3),
  indices: Uint32Array.of(2, 1, 0),
  scores: Float32Array.of(30, 12.5, 30),
};

describe("together.bin", () => {
  it("gives an item's list, best first, and none to items that it does not know", () => {
    const result = readTogether(encodeTogether(LISTS));
    if (!result.ok) throw new Error(result.error);
    const { count, bytes, neighboursOf } = result.value;
    expect([count, bytes]).toEqual([3, 16 + 4 * 4 + 3 * 8]);
    expect([0, 1, 2, 3, 99].map(neighboursOf)).toEqual([
      [
        { index: 2, score: 30 },
        { index: 1, score: 12.5 },
      ],
      [],
      [{ index: 0, score: 30 }],
      [],
      [],
    ]);
  });

  it("is refused when it is cut short, says another count, names unknown items, or is another file", () => {
    const bytes = encodeTogether(LISTS);
    const changed = (at: number, value: number) => bytes.slice().fill(value, at, at + 1);
    const files = [
      bytes.slice(0, -4),
      changed(4, 4),
      changed(8, 2),
      changed(32, 3),
      changed(20, 9),
      changed(0, 0),
      bytes.slice(0, 15),
    ];
    expect(files.map((file) => readTogether(file))).toEqual(
      [
        "together.bin of 3 pairs is 56 B long, this one 52 B",
        "together.bin of 3 pairs is 60 B long, this one 56 B",
        "together.bin of 2 pairs is 48 B long, this one 56 B",
        "together.bin names items that are not there",
        "together.bin names items that are not there",
        "together.bin is of another format",
        "together.bin has no header",
      ].map((error) => ({ ok: false, error })),
    );
  });
});
