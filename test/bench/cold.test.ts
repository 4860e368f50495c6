import { describe, expect, it } from "vitest";
import { withoutItems } from "../../scripts/bench/quality/cold.ts";
import { refuseLeaks } from "../../scripts/bench/quality/figures.ts";
import { testingPart } from "../../scripts/data/protocol/index.ts";
import { createPrng } from "../../src/base/index.ts";
import { ContentBuilder, createDataset } from "../../src/learn/index.ts";

const prng = createPrng("cold");
const ITEMS = 40;

/** Items come up one after another, so that without some of them the newest fifth of the rows begins elsewhere. */
const dataset = createDataset(
  Array.from({ length: 2_000 }, (_, row) => ({
    ...{ userId: `u${prng.int(50)}`, itemId: `i${Math.min(prng.int(ITEMS), Math.floor(row / 40))}` },
    ...{ timeMs: row * 1_000, weight: 1, typeCode: 1 },
  })),
);
const content = new ContentBuilder(ITEMS, 4);
for (let item = 0; item < ITEMS; item++) content.add(Float32Array.of(1, item % 2, item % 3, item % 5));
const data = {
  protocol: {
    ...{ task: "log" as const, name: "log", metrics: [], published: [] },
    interactions: { file: "log.csv", user: "user", item: "item", time: "time", timeUnit: "s" as const },
  },
  ...{ task: "log" as const, dataset, testUsersFrom: 0, items: null, content: content.build() },
};

describe("items held out of a log", () => {
  it.each([1, 2, 3])("leave its cut where it was: no case of theirs was fitted (seed %i)", (seed) => {
    const cold = withoutItems(data, 0.3, seed);
    const { refit, test } = testingPart(cold.data);
    if (refit === null) throw new Error("a log is fitted again before its test");
    expect(() => refuseLeaks(refit, cold.cases.full)).not.toThrow();
    expect(test.cutMs).toBe(cold.cases.full.cutMs);
  });

  it("are refused where no case asks for any of them", () => {
    expect(() => withoutItems(data, 0.00001, 1)).toThrow(/^no test case asks for one of the 0 items/);
  });
});
