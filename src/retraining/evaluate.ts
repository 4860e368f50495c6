import { HISTORY_MAX } from "../base/index.ts";
import { LATE_FEATURES } from "../catalogue/index.ts";
import {
  type Cases,
  compareRanks,
  createPace,
  type Evaluation,
  FIGURE_NAMES,
  type Pace,
  rankCases,
  segmentsOf,
} from "../learn/index.ts";
import type { Exposure, Manifest, Metric } from "../registry/index.ts";
import { decodeCases } from "./dataset-file.ts";
import { watchExposure } from "./exposure.ts";
import type { Context } from "./fit.ts";
import { GATE_METRIC } from "./gate.ts";
import type { Workspace } from "./workspace.ts";

export interface Evaluated extends Evaluation {
  exposure: { model: Exposure; popularity: Exposure };
  segments: NonNullable<Manifest["evaluation"]["segments"]>;
  /** Estimated CPU-seconds. */
  workSeconds: number;
}

/** A file and how its items are numbered. */
export interface Ranked {
  onnx: Uint8Array;
  /** F of the graph. */
  contentWidth: number;
  /** N of the graph. */
  itemCount: number;
  /** Data set's item → the graph's, −1 for one that it does not know; absent when both are the same. */
  itemMap?: Int32Array;
}

/** Every figure comes from here: the exported file, run by the engine as serving runs it. Its bytes are discarded. */
export async function rankFile(
  { ports: { engine, yieldTo }, workspace }: Context,
  { onnx, ...numbering }: Ranked,
  cases: Cases,
  { pace, onProgress }: { pace: Pace; onProgress(fraction: number): void },
): Promise<{ ranks: Float64Array; exposure: Exposure }> {
  const recent = await workspace.read("recent.bin");
  const counts = await readCounts(workspace);
  const { onList, exposure } = watchExposure(cases, { ...numbering, recent, counts });
  const options = { ...numbering, historyMax: HISTORY_MAX, onList, onProgress, pace, isModelDead: true };
  const ranks = await rankCases(engine, onnx, cases, options, yieldTo);
  return { ranks, exposure: exposure() };
}

/** Two files of the run's folder on the test slice. */
export async function evaluateFiles(
  context: Context,
  files: { model: string; popularity: string },
): Promise<Evaluated> {
  const { ports, params, workspace } = context;
  const cases = decodeCases(await workspace.read("cases.bin"));
  const count = cases.targetRows.length;
  const report = workspace.progress("evaluate");
  const pace = createPace(ports.yieldTo);
  const rank = async (file: string, offset: number) => {
    const onnx = await workspace.read(file);
    const own = { onnx, contentWidth: LATE_FEATURES, itemCount: cases.dataset.itemIds.length };
    const onProgress = (fraction: number) => {
      const done = offset + fraction / 2;
      report(done, `${Math.round(done * 100)} % of ${count} cases ranked`);
    };
    return rankFile(context, own, cases, { pace, onProgress });
  };
  const model = await rank(files.model, 0);
  const popularity = await rank(files.popularity, 0.5);
  const ranks = { model: model.ranks, popularity: popularity.ranks };
  return {
    cases: count,
    users: new Set(cases.users).size,
    metrics: await compareRanks(ranks, cases.users, params.seed, ports.yieldTo, { names: FIGURE_NAMES }),
    segments: await compareSegments(context, ranks, cases),
    exposure: { model: model.exposure, popularity: popularity.exposure },
    workSeconds: pace.workSeconds,
  };
}

/** The gate's metric by segment, those without a case left out. */
async function compareSegments(
  { ports, params, workspace }: Context,
  ranks: { model: Float64Array; popularity: Float64Array },
  cases: Cases,
): Promise<Evaluated["segments"]> {
  const segments: Evaluated["segments"] = {};
  for (const [name, places] of Object.entries(segmentsOf(cases, await readCounts(workspace)))) {
    if (places.length === 0) continue;
    const of = (side: Float64Array) => Float64Array.from(places, (place) => side[place] as number);
    const users = Uint32Array.from(places, (place) => cases.users[place] as number);
    const some = { model: of(ranks.model), popularity: of(ranks.popularity) };
    const names = [GATE_METRIC];
    const metrics = await compareRanks(some, users, params.seed, ports.yieldTo, { names });
    segments[name] = { cases: places.length, metric: metrics[GATE_METRIC] as Metric };
  }
  return segments;
}

async function readCounts(workspace: Workspace): Promise<Uint32Array> {
  return new Uint32Array((await workspace.read("counts.bin")).buffer);
}
