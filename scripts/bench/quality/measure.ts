import path from "node:path";
import { type Cases, FIGURE_NAMES, figure, type Parameters, type Study } from "../../../src/learn/index.ts";
import { encodeDataset } from "../../../src/retraining/dataset-file.ts";
import { learningPart, type ProtocolData, readProtocolData, testingPart } from "../../data/protocol/index.ts";
import type { Progress } from "../../progress.ts";
import { type BaselineReport, measureBaselines } from "./baselines.ts";
import { type Job, OBJECT, type Step, type StepResult } from "./contract.ts";
import type { Host, MemoryOfStep } from "./host.ts";
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
}

export interface QualityReport {
  data: string;
  learner: string;
  on: "validation" | "test";
  cases: number;
  metrics: Record<string, number>;
  baselines: Record<string, BaselineReport | string>;
  parameters: Parameters;
  /** What `auto` found on validation. */
  study?: Pick<Study, "figures" | "reason"> & { trials: number };
  /** Bytes of the exported graph. */
  modelBytes: number;
  /** Of the process that learned and ranked, from outside: preparation, study, fits, assembly, ranking. */
  cpuSeconds: number;
  /** How much of it each step took. */
  cpuSecondsBy: Record<string, number>;
  /** What the learners themselves reckoned. */
  estimatedSeconds: number;
  /** Of the isolate (heap and buffers, Wasm memory included) or, in Node, of the process, in 10⁶ bytes. */
  peakMemoryMb: number;
  memoryMbBy: Record<string, MemoryOfStep>;
  engine: "workerd" | "node";
}

/** Reads the data, lets a process of its own learn and rank, and takes the figures from the ranks. */
export async function measure(options: QualityOptions, progress: Progress): Promise<QualityReport> {
  const data = await readProtocolData(options.data);
  const host = await startHost(options.engine);
  try {
    const { learner, set: settings, seed, budget: budgetSeconds, on, cases: casesMax } = options;
    const { task, testUsersFrom } = data;
    const job: Job = { task, testUsersFrom, learner, settings, seed, budgetSeconds, on, casesMax };
    const run = await runJob(host, data, job, progress);
    const cases = casesOf(job, allCases(data, on));
    await host.close();
    const baselines = options.baselines
      ? await measureBaselines(data, { ranks: run.ranks, cases, names: metricNames(data), seed }, progress)
      : {};
    return {
      data: path.basename(path.resolve(options.data)),
      learner,
      on,
      cases: cases.targetRows.length,
      metrics: figuresFor(data, run.ranks, cases),
      baselines,
      ...run.report,
      engine: options.engine,
    };
  } catch (error) {
    await host.close().catch(() => {});
    throw error;
  }
}

async function startHost(engine: QualityOptions["engine"]): Promise<Host> {
  // Miniflare takes a second to load, and a run in Node has no need of it.
  if (engine === "node") return (await import("./in-node.ts")).startInNode();
  return (await import("./in-workerd.ts")).startInWorkerd();
}

function allCases(data: ProtocolData, on: QualityOptions["on"]): Cases {
  return on === "test" ? testingPart(data).test : learningPart(data).validation;
}

/** What the protocol names, then all others. */
export function figuresFor(
  { protocol }: Pick<ProtocolData, "protocol">,
  ranks: Float64Array,
  cases: Cases,
): Record<string, number> {
  return Object.fromEntries(
    metricNames({ protocol }).map((name) => [name, round(figure(name, ranks, cases))]),
  );
}

function metricNames({ protocol }: Pick<ProtocolData, "protocol">): string[] {
  return [...new Set([...protocol.metrics, ...FIGURE_NAMES])];
}

async function runJob(host: Host, data: ProtocolData, job: Job, progress: Progress) {
  await host.objects.write(OBJECT.all, encodeDataset(data.dataset));
  if (data.content !== null) await host.objects.write(OBJECT.content, new Uint8Array(data.content.buffer));
  const begun = host.cpuSeconds();
  const cpuSecondsBy: Record<string, number> = {};
  const memoryMbBy: QualityReport["memoryMbBy"] = {};
  await host.takePeak();
  const take = async (name: string, stepAt: (slice: number) => Step): Promise<StepResult> => {
    const bar = progress.part(name, 1);
    const before = host.cpuSeconds();
    for (let slice = 0; ; slice++) {
      const result = await host.step(stepAt(slice), job, (fraction, message) =>
        bar.update(fraction, message),
      );
      cpuSecondsBy[name] = round(host.cpuSeconds() - before, 10);
      if (!result.done) continue;
      memoryMbBy[name] = await host.takePeak();
      bar.finish();
      return result;
    }
  };
  const studied = job.learner === "auto" ? await take("study", () => ({ name: "study" })) : null;
  const fitted = await take("fit", () => ({ name: "fit" }));
  let slices = 0;
  await take("rank", (slice) => {
    slices = slice + 1;
    return { name: "rank", slice };
  });
  const study = studied?.study;
  return {
    ranks: await readRanks(host, slices),
    report: {
      parameters: fitted.model?.parameters ?? {},
      ...(study === undefined
        ? {}
        : { study: { figures: study.figures, reason: study.reason, trials: study.trials.length } }),
      modelBytes: (await host.objects.read(OBJECT.model))?.byteLength ?? 0,
      cpuSeconds: round(host.cpuSeconds() - begun, 10),
      cpuSecondsBy,
      peakMemoryMb: Math.max(...Object.values(memoryMbBy).map(({ peakMb }) => peakMb)),
      memoryMbBy,
      estimatedSeconds: round(fitted.workSeconds ?? 0, 10),
    },
  };
}

async function readRanks(host: Host, slices: number): Promise<Float64Array> {
  const parts: number[] = [];
  for (let slice = 0; slice < slices; slice++) {
    const bytes = await host.objects.read(OBJECT.ranks(slice));
    if (bytes !== null) for (const rank of new Float64Array(bytes.buffer)) parts.push(rank);
  }
  return Float64Array.from(parts);
}

function round(value: number, places = 1e5): number {
  return Math.round(value * places) / places;
}
