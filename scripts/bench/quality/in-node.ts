import path from "node:path";
import { HISTORY_MAX } from "../../../src/base/index.ts";
import { LATE_FEATURES } from "../../../src/catalogue/index.ts";
import { FIGURE_NAMES, figure, rankCases, sampleCases } from "../../../src/learn/index.ts";
import { nodeEngine } from "../../../src/runtime/node.ts";
import { learningPart, readProtocolData, testingPart } from "../../data/protocol/index.ts";
import type { Progress } from "../../progress.ts";
import { fitOne } from "./one.ts";

export interface MeasureOptions {
  data: string;
  learner: string;
  set: Record<string, number>;
  cases?: number;
  on: "validation" | "test";
  seed: number;
}

/** One learner, in this process. */
export async function measureInNode(options: MeasureOptions, progress: Progress) {
  const { data, learner, set, seed, on } = options;
  const rows = await readProtocolData(data);
  const learning = learningPart(rows);
  const testing = on === "test" ? testingPart(rows) : null;
  const all = testing?.test ?? learning.validation;
  const cases = sampleCases(all, options.cases ?? Number.POSITIVE_INFINITY, seed);
  const engine = nodeEngine();
  const yieldTo = () => new Promise<void>((resolve) => setImmediate(resolve));
  const bar = progress.part(learner, 1);
  const begun = process.cpuUsage();
  const fitted = await fitOne(
    { learner, settings: set },
    {
      dataset: testing?.refit ?? learning.fit,
      content: rows.content,
      maskSeen: cases.maskSeen,
      seed,
    },
    { engine, yieldTo, onProgress: (fraction, message) => bar.update(fraction, message) },
  );
  const fitSeconds = secondsSince(begun);
  const { model } = fitted;
  const ranks = await rankCases(
    engine,
    model.onnx,
    cases,
    {
      historyMax: HISTORY_MAX,
      contentWidth: LATE_FEATURES,
      onProgress: (fraction) => bar.update(fraction, "ranking"),
    },
    yieldTo,
  );
  bar.finish();
  const names = [...new Set([...rows.protocol.metrics, ...FIGURE_NAMES])];
  return {
    data: path.basename(path.resolve(data)),
    learner,
    on,
    cases: cases.targetRows.length,
    metrics: Object.fromEntries(names.map((name) => [name, round(figure(name, ranks, cases))])),
    parameters: model.parameters,
    modelBytes: model.onnx.byteLength,
    fitSeconds,
    estimatedSeconds: round(fitted.workSeconds),
    cpuSeconds: secondsSince(begun),
    engine: "node",
  };
}

function secondsSince(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begun);
  return Math.round((user + system) / 1e5) / 10;
}

function round(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}
