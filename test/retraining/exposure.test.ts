import { expect, it } from "vitest";
import { createDataset, lastCases, popularity, rankCases, withoutLast } from "../../src/learn/index.ts";
import { watchExposure } from "../../src/retraining/exposure.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { fitModel, TOY_OPTIONS } from "../contracts/learner.ts";

it("what a user has had is shown to nobody, however few items are left", async () => {
  const engine = nodeEngine();
  const rows = Array.from({ length: 6 }, (_, item) => ({
    userId: "u",
    itemId: `i${item}`,
    timeMs: item * 1_000,
    weight: 1,
    typeCode: 1,
  }));
  const dataset = createDataset(rows);
  const cases = lastCases(dataset);
  const fitted = withoutLast(dataset, 1);
  const { onnx } = await fitModel(popularity, engine, { dataset: fitted, parameters: { decayDays: 0 } });
  const counts = Uint32Array.of(1, 1, 1, 1, 1, 0);
  const { onList, exposure } = watchExposure(cases, {
    itemCount: 6,
    recent: Uint8Array.of(0, 0, 0, 0, 0, 1),
    counts,
  });
  const options = { historyMax: 10, contentWidth: TOY_OPTIONS.contentWidth, onList };
  const ranks = await rankCases(engine, onnx, cases, options, async () => {});
  expect([...ranks]).toEqual([1]);
  const { coverage, gini, recentShare, novelty } = exposure();
  expect(coverage).toBeCloseTo(1 / 6, 12);
  // One of six has all.
  expect(gini).toBeCloseTo(5 / 6, 12);
  expect(recentShare).toBe(1);
  expect(novelty).toBeCloseTo(Math.log2(5), 12);
});
