import { HISTORY_MAX } from "../../../src/base/index.ts";
import { LATE_FEATURES } from "../../../src/catalogue/index.ts";
import {
  assembleModel,
  BASELINES,
  type Cases,
  compareRanks,
  createPace,
  type Dataset,
  figure,
  type Learner,
  type Metric,
  type Parameters,
  type RankOptions,
  rankCases,
  sampleCases,
  shapeOf,
} from "../../../src/learn/index.ts";
import { nodeEngine } from "../../../src/runtime/node.ts";
import { learningPart, type ProtocolData, testingPart } from "../../data/protocol/index.ts";
import type { Progress, ProgressPart } from "../../progress.ts";

export interface BaselineReport {
  [metric: string]: unknown;
  parameters: Parameters;
  /** Ours less this one's, with 95 % intervals by paired bootstrap over users. */
  difference: Record<string, Metric["difference"]>;
}

/** Cases that a baseline's one parameter is chosen by. */
const CHOOSING_CASES = 1_000;
/** Baselines know whole histories, as their authors' do; those that are longer are rare, and cost most. */
const BASELINE_HISTORY_MAX = 1_000;
const CHOSEN_BY = "ndcg@10";
const yieldTo = () => new Promise<void>((resolve) => setImmediate(resolve));
const engine = nodeEngine();

interface Ours {
  ranks: Float64Array;
  cases: Cases;
  names: readonly string[];
  seed: number;
  rankMax: number;
}

/**
 * Each baseline on the same cases, its parameter chosen on validation like ours; a sentence where it does not suit the data, or fails:
 * what was learned before it has taken longer.
 */
export async function measureBaselines(
  data: ProtocolData,
  ours: Ours,
  progress: Progress,
  baselines: readonly Learner[] = BASELINES,
): Promise<Record<string, BaselineReport | string>> {
  const learning = learningPart(data);
  const rows = testingPart(data).refit ?? learning.fit;
  const shape = shapeOf(learning.fit, learning.validation);
  const reports: Record<string, BaselineReport | string> = {};
  for (const learner of baselines) {
    if (!learner.suits(shape)) {
      reports[learner.name] = `skipped: ${shape.users} users and ${shape.items} items are too many for it`;
      continue;
    }
    const bar = progress.part(learner.name, 1);
    const measured = measureOne(learner, { learning, rows, ours }, bar);
    reports[learner.name] = await measured.catch(
      (error) => `failed: ${error instanceof Error ? error.message : error}`,
    );
    bar.finish();
  }
  return reports;
}

async function measureOne(
  learner: Learner,
  { learning, rows, ours }: { learning: Learning; rows: Dataset; ours: Ours },
  bar: Pick<ProgressPart, "update">,
): Promise<BaselineReport> {
  const parameters = await choose(learner, learning, ours.seed);
  const ranks = await rankWith(learner, parameters, rows, ours.cases, {
    rankMax: ours.rankMax,
    onProgress: (fraction) => bar.update(fraction, "ranking"),
  });
  const metrics = await compareRanks(
    { model: ours.ranks, popularity: ranks },
    ours.cases.users,
    ours.seed,
    yieldTo,
    { mean: ours.cases.mean, names: ours.names },
  );
  return {
    ...Object.fromEntries(ours.names.map((name) => [name, round(metrics[name]?.popularity.value ?? 0)])),
    parameters,
    difference: Object.fromEntries(ours.names.map((name) => [name, intervalOf(metrics[name] as Metric)])),
  };
}

interface Learning {
  fit: Dataset;
  validation: Cases;
}

/** The value of the learner's first parameter that ranks a sample of the validation cases best. */
async function choose(learner: Learner, { fit, validation }: Learning, seed: number): Promise<Parameters> {
  const cases = sampleCases(validation, CHOOSING_CASES, seed);
  const [ladder] = learner.ladders(shapeOf(fit, validation));
  if (ladder === undefined) return {};
  let best = { value: ladder.values[ladder.start] ?? 0, figure: -1 };
  if (ladder.values.length === 1) return { [ladder.name]: best.value };
  for (const value of ladder.values) {
    const ranks = await rankWith(learner, { [ladder.name]: value }, fit, cases);
    const reached = figure(CHOSEN_BY, ranks, cases);
    if (reached > best.figure) best = { value, figure: reached };
  }
  return { [ladder.name]: best.value };
}

async function rankWith(
  learner: Learner,
  parameters: Parameters,
  dataset: Dataset,
  cases: Cases,
  more: Pick<RankOptions, "rankMax" | "onProgress"> = {},
): Promise<Float64Array> {
  const options = { seed: 1, historyMax: HISTORY_MAX, contentWidth: LATE_FEATURES };
  const checkpoint = { read: async () => null, write: async () => {} };
  const ports = { engine, pace: createPace(yieldTo), checkpoint };
  const part = await learner.fit(dataset, parameters, options, ports);
  if (part === null) throw new Error(`${learner.name} did not come to an end`);
  const parts = [{ part, weight: 1 }];
  const { onnx } = await assembleModel({ parts, contentWeight: 0 }, { dataset, ...options }, ports);
  const ranked = { historyMax: BASELINE_HISTORY_MAX, contentWidth: LATE_FEATURES };
  return rankCases(engine, onnx, cases, { ...ranked, ...more }, yieldTo);
}

function intervalOf({ difference: { value, low, high } }: Metric): Metric["difference"] {
  return { value: round(value), low: round(low), high: round(high) };
}

function round(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}
