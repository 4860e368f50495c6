import { HISTORY_MAX } from "../base/index.ts";
import { LATE_FEATURES } from "../catalogue/index.ts";
import { type Cases, compareRanks, type Evaluation, rankCases } from "../learn/index.ts";
import type { Exposure } from "../registry/index.ts";
import { decodeCases } from "./dataset-file.ts";
import { watchExposure } from "./exposure.ts";
import type { Context } from "./fit.ts";

export interface Evaluated extends Evaluation {
  exposure: { model: Exposure; popularity: Exposure };
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

/** Every figure comes from here: the exported file, run by the engine as serving runs it. */
export async function rankFile(
  { ports: { engine, yieldTo }, workspace }: Context,
  { onnx, ...numbering }: Ranked,
  cases: Cases,
  onProgress: (fraction: number) => void,
): Promise<{ ranks: Float64Array; exposure: Exposure }> {
  const recent = await workspace.read("recent.bin");
  const { onList, exposure } = watchExposure(cases, { ...numbering, recent });
  const options = { ...numbering, historyMax: HISTORY_MAX, onList, onProgress };
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
  const rank = async (file: string, offset: number) => {
    const onnx = await workspace.read(file);
    const own = { onnx, contentWidth: LATE_FEATURES, itemCount: cases.dataset.itemIds.length };
    return rankFile(context, own, cases, (fraction) => {
      const done = offset + fraction / 2;
      report(done, `${Math.round(done * 100)} % of ${count} cases ranked`);
    });
  };
  const model = await rank(files.model, 0);
  const popularity = await rank(files.popularity, 0.5);
  const ranks = { model: model.ranks, popularity: popularity.ranks };
  return {
    cases: count,
    users: new Set(cases.users).size,
    metrics: await compareRanks(ranks, cases.users, params.seed, ports.yieldTo),
    exposure: { model: model.exposure, popularity: popularity.exposure },
  };
}
