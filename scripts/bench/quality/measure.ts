import path from "node:path";
import {
  type Cases,
  type Dataset,
  type ListFigures,
  learnerNamed,
  type Parameters,
  shuffleItems,
} from "../../../src/learn/index.ts";
import {
  type LeftOut,
  learningPart,
  type ProtocolData,
  readProtocolData,
  testingPart,
} from "../../data/protocol/index.ts";
import type { Progress } from "../../progress.ts";
import { type BaselineReport, measureBaselines } from "./baselines.ts";
import { type ColdReport, measureCold, withoutItems } from "./cold.ts";
import type { Job } from "./contract.ts";
import { refuseEmpty } from "./empty.ts";
import {
  figuresOf,
  figuresOfLists,
  metricNames,
  rankMaxOf,
  refuseLeaks,
  type SegmentFigures,
  segmentFigures,
} from "./figures.ts";
import type { Host } from "./host.ts";
import { type RunReport, runJob } from "./run-job.ts";
import { parametersOf } from "./settings.ts";
import { casesOf } from "./steps.ts";

export interface QualityOptions {
  data: string;
  learner: string;
  set: Parameters;
  engine: "workerd" | "node";
  cases: number | null;
  on: "validation" | "test";
  seed: number;
  budget: number;
  baselines: boolean;
  /** Deals the items out anew: nothing but popularity is left to be found. */
  shuffled: boolean;
  /** Share of the items that nobody is to have had; null: none. */
  cold: number | null;
}

export interface QualityReport extends RunReport {
  data: string;
  learner: string;
  on: "validation" | "test";
  cases: number;
  /** Rows that the protocol would have found but cannot ask for, by reason. */
  leftOut: LeftOut;
  metrics: Record<string, number>;
  baselines: Record<string, BaselineReport | string>;
  segments: SegmentFigures;
  lists: ListFigures;
  /** Items held out whole; the figures above are of the data without them. */
  cold?: ColdReport;
  engine: "workerd" | "node";
}

/** Reads the data, lets a process of its own learn and rank, and takes the figures from the ranks. */
export async function measure(options: QualityOptions, progress: Progress): Promise<QualityReport> {
  const read = await readData(options);
  const cold = options.cold === null ? null : withoutItems(read, options.cold, options.seed);
  const data = cold?.data ?? read;
  const { learner, set: settings, seed, budget: budgetSeconds, on, cases: casesMax, engine } = options;
  const { task } = data;
  const names = metricNames(data);
  const rankMax = rankMaxOf(names);
  const job: Job = { task, learner, settings, seed, budgetSeconds, on, casesMax, rankMax };
  const { fitted, cases: all, leftOut } = partOf(data, on);
  refuseEmpty(data, { fitted, cases: all, on, leftOut });
  // What is chosen by no case at all is not chosen.
  if (learner === "auto" && on === "test") {
    refuseEmpty(data, { ...partOf(data, "validation"), on: "validation" });
  }
  refuseLeaks(fitted, all);
  if (cold !== null) refuseLeaks(fitted, cold.cases.full);
  // A wrong name is better told here than by the process that fits.
  if (learner !== "auto") parametersOf(learnerNamed(learner), fitted, task !== "session", settings);
  const cases = casesOf(job, all);
  const host = await startHost(engine);
  const { ranks, lists, onnx, report } = await runJob(host, data, job, progress).finally(() => host.close());
  return {
    data: path.basename(path.resolve(options.data)),
    learner,
    on,
    cases: cases.targetRows.length,
    leftOut,
    metrics: figuresOf(names, ranks, cases),
    baselines: options.baselines
      ? await measureBaselines(data, { ranks, cases, names, seed, rankMax }, progress)
      : {},
    segments: segmentFigures(names.slice(0, 2), ranks, { cases, fitted }),
    lists: figuresOfLists(lists, { content: data.content, cases, fitted }),
    ...(cold === null
      ? {}
      : { cold: await measureCold(onnx, cold, { names, seed, rankMax, limit: (own) => casesOf(job, own) }) }),
    ...report,
    engine,
  };
}

async function readData({ data: folder, shuffled, seed }: QualityOptions): Promise<ProtocolData> {
  const data = await readProtocolData(folder);
  return shuffled ? { ...data, dataset: shuffleItems(data.dataset, seed) } : data;
}

async function startHost(engine: QualityOptions["engine"]): Promise<Host> {
  // Miniflare takes a second to load, and a run in Node has no need of it.
  if (engine === "node") return (await import("./in-node.ts")).startInNode();
  return (await import("./in-workerd.ts")).startInWorkerd();
}

/** What the measured model is fitted on, and the cases that it is measured by. */
function partOf(
  data: ProtocolData,
  on: QualityOptions["on"],
): { fitted: Dataset; cases: Cases; leftOut: LeftOut } {
  const { fit, validation, leftOut } = learningPart(data);
  if (on === "validation") return { fitted: fit, cases: validation, leftOut };
  const { refit, test, leftOut: leftOutOfTest } = testingPart(data);
  return { fitted: refit ?? fit, cases: test, leftOut: leftOutOfTest };
}
