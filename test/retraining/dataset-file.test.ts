import { describe, expect, it } from "vitest";
import { createDataset } from "../../src/learn/index.ts";
import { decodeDataset, encodeDataset } from "../../src/retraining/index.ts";

describe("a data set as one object", () => {
  it("round-trips, also when it is empty", () => {
    const rows = Array.from({ length: 7 }, (_, i) => ({
      userId: `u${i % 3}`,
      itemId: `Ä${i % 4}`,
      timeMs: 1_790_000_000_000 + i,
      weight: i + 0.5,
      typeCode: i,
    }));
    for (const dataset of [createDataset(rows, ["cold"]), createDataset([])]) {
      expect(decodeDataset(encodeDataset(dataset))).toEqual(dataset);
    }
  });
});
