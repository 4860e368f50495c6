import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { readProtocolData } from "../../scripts/data/protocol/index.ts";
import {
  assembleModel,
  compareRanks,
  ease,
  figure,
  findLeaks,
  itemKnn,
  type Learner,
  linear,
  type Metric,
  popularity,
  rankCases,
  type Split,
  sampleCases,
  splitByTime,
} from "../../src/learn/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { fitPorts, startOf } from "../contracts/learner.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = path.join(process.env.LAKESHORE_DATA ?? path.join(ROOT, "../shared/data"), "ml-latest-small");
const OPTIONS = { seed: 1, historyMax: 100, contentWidth: 64 };
const engine = nodeEngine();
const yieldTo = async () => {};

describe.skipIf(!existsSync(FOLDER))("MovieLens ml-latest-small (skipped where the data are absent)", () => {
  let split: Split;
  let metrics: Record<string, Metric>;

  async function fitted(learners: readonly (readonly [Learner, number])[]): Promise<Uint8Array> {
    const dataset = split.train;
    const parts = [];
    for (const [learner, weight] of learners) {
      const part = await learner.fit(dataset, startOf(learner, dataset), OPTIONS, fitPorts(engine));
      if (part === null) throw new Error("a slice without limit is never used up");
      parts.push({ part, weight });
    }
    const { onnx } = await assembleModel(
      { parts, contentWeight: 0 },
      { ...OPTIONS, dataset },
      fitPorts(engine),
    );
    return onnx;
  }

  beforeAll(async () => {
    split = splitByTime((await readProtocolData(FOLDER)).dataset);
    const cases = sampleCases(split.cases, 1_000, 1);
    const rank = async (learners: readonly (readonly [Learner, number])[]) =>
      await rankCases(engine, await fitted(learners), cases, OPTIONS, yieldTo);
    const ranks = {
      model: await rank([
        [linear, 1],
        [popularity, 0.1],
      ]),
      popularity: await rank([[popularity, 1]]),
    };
    metrics = await compareRanks(ranks, cases.users, 1, yieldTo);
  }, 300_000);

  it("is split as its protocol says", () => {
    const { cases, left } = split;
    expect(cases.targetRows.length + left.withoutHistory).toBe(17_124);
    expect(cases.targetRows.length + left.withoutHistory + left.unknownItem).toBe(20_168);
    expect(new Set(cases.users).size).toBe(116);
    expect(left.repeat).toBe(0);
    expect(findLeaks(split.train, cases)).toEqual([]);
  });

  it("is predicted better than by popularity, beyond the interval of the difference", () => {
    expect(metrics["ndcg@10"]?.model.value).toBeGreaterThan(0.08);
    expect(metrics["ndcg@10"]?.difference.low).toBeGreaterThan(0);
    expect(metrics["recall@20"]?.difference.low).toBeGreaterThan(0);
  });

  it("is predicted better by EASE than by item neighbours, as in the literature", async () => {
    const cases = sampleCases(split.cases, 400, 1);
    const ranked = { ...OPTIONS, historyMax: 500 };
    const ranks = {
      model: await rankCases(engine, await fitted([[ease, 1]]), cases, ranked, yieldTo),
      popularity: await rankCases(engine, await fitted([[itemKnn, 1]]), cases, ranked, yieldTo),
    };
    const metrics = await compareRanks(ranks, cases.users, 1, yieldTo);
    expect(metrics["recall@20"]?.difference.value).toBeGreaterThan(0);
    expect(figure("recall@20", ranks.model, cases)).toBeGreaterThan(0.15);
  }, 120_000);
});
