import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import {
  createDataset,
  type Evaluation,
  evaluateModel,
  type InteractionRow,
  linear,
  popularity,
  type Split,
  sampleCases,
  splitByTime,
} from "../../src/learn/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = process.env.LAKESHORE_DATA ?? path.join(ROOT, "../shared/data");
const RATINGS = path.join(FOLDER, "ml-latest-small/ratings.csv.gz");

/** What the search chooses on these data: fixed here, so that the test measures the learner in seconds. */
const PARAMETERS = {
  positionDecay: 2.5,
  popularityWeight: 1,
  ageDecayDays: 7,
  orderFree: 0.3,
  ridge: 300,
  popularityDecayDays: 365,
};

function readRatings(): InteractionRow[] {
  const lines = gunzipSync(readFileSync(RATINGS)).toString().trim().split(/\r?\n/).slice(1);
  return lines.map((line) => {
    const [userId, itemId, rating, seconds] = line.split(",") as [string, string, string, string];
    // A rating from 3.5 counts as a like, the rest as a view.
    return {
      userId,
      itemId,
      timeMs: Number(seconds) * 1_000,
      weight: Number(rating) >= 3.5 ? 2 : 1,
      typeCode: 1,
    };
  });
}

describe.skipIf(!existsSync(RATINGS))("MovieLens ml-latest-small (skipped where the data are absent)", () => {
  let split: Split;
  let evaluation: Evaluation;

  beforeAll(async () => {
    const engine = nodeEngine();
    const yieldTo = async () => {};
    const options = { seed: 1, historyMax: 100, contentWidth: 64 };
    split = splitByTime(createDataset(readRatings()));
    const fit = { ...options, parameters: PARAMETERS };
    const model = await linear.fit(split.train, fit, engine, yieldTo);
    const baseline = await popularity.fit(
      split.train,
      { ...options, parameters: { decayDays: 365 } },
      engine,
      yieldTo,
    );
    const graphs = { model: model.onnx, popularity: baseline.onnx };
    evaluation = await evaluateModel(engine, graphs, sampleCases(split.cases, 4_000, 1), options, yieldTo);
  }, 300_000);

  it("is split as its protocol says", () => {
    const { cases, left } = split;
    expect(cases.targetRows.length + left.withoutHistory).toBe(17_124);
    expect(cases.targetRows.length + left.withoutHistory + left.unknownItem).toBe(20_168);
    expect(new Set(cases.users).size).toBe(116);
    expect(left.repeat).toBe(0);
  });

  it("is predicted better than by popularity, beyond the interval of the difference", () => {
    expect(evaluation.metrics["ndcg@10"]?.difference.low).toBeGreaterThan(0.02);
    expect(evaluation.metrics["recall@20"]?.difference.low).toBeGreaterThan(0.04);
  });

  it("is predicted as well as ever", () => {
    const ndcg = evaluation.metrics["ndcg@10"];
    expect(Math.abs((ndcg?.popularity.value ?? 0) - 0.053)).toBeLessThan(0.01);
    expect(Math.abs((ndcg?.model.value ?? 0) - 0.098)).toBeLessThan(0.01);
  });
});
