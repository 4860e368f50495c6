import { HISTORY_MAX, sha256Hex } from "../base/index.ts";
import { LATE_FEATURES } from "../catalogue/index.ts";
import {
  type Dataset,
  type FitOptions,
  linear,
  type Parameters,
  popularity,
  splitByTime,
} from "../learn/index.ts";
import type { RetrainParams } from "./contract.ts";
import { decodeDataset } from "./dataset-file.ts";
import type { RetrainPorts } from "./ports.ts";
import type { Workspace } from "./workspace.ts";

export interface TrainResult {
  learner: string;
  parameters: Parameters;
  cutMs: number;
  cases: number;
  /** SHA-256 of `evaluated.onnx`. */
  evaluatedHash: string;
}

/** Fits on the rows before the cut, hyper-parameters chosen on the newest of those: the test slice stays unseen. */
export async function trainCandidate(
  ports: RetrainPorts,
  params: RetrainParams,
  workspace: Workspace,
): Promise<TrainResult> {
  const dataset = decodeDataset(await workspace.read("dataset.bin"));
  const { train, cutMs, cases } = splitByTime(dataset);
  const options = await fitOptions(params, workspace, workspace.progress("train"));
  const baseline = await popularity.fit(
    train,
    { ...options, onProgress: () => {} },
    ports.engine,
    ports.yieldTo,
  );
  await workspace.write("popularity.onnx", baseline.onnx);
  const model = await linear.fit(train, options, ports.engine, ports.yieldTo);
  await workspace.write("evaluated.onnx", model.onnx);
  return {
    learner: model.learner,
    parameters: model.parameters,
    cutMs,
    cases: cases.targetRows.length,
    evaluatedHash: await sha256Hex(model.onnx),
  };
}

export interface Refit {
  itemCount: number;
  /** SHA-256 of `model.onnx`. */
  modelHash: string;
}

/** Fits again on all rows, with the parameters that were evaluated. */
export async function refitCandidate(
  ports: RetrainPorts,
  params: RetrainParams,
  workspace: Workspace,
  parameters: Parameters,
): Promise<Refit> {
  const dataset: Dataset = decodeDataset(await workspace.read("dataset.bin"));
  const options = await fitOptions(params, workspace, workspace.progress("refit"));
  const model = await linear.fit(dataset, { ...options, parameters }, ports.engine, ports.yieldTo);
  await workspace.write("model.onnx", model.onnx);
  return { itemCount: model.itemCount, modelHash: await sha256Hex(model.onnx) };
}

/** What every fit of a run has in common. */
export async function fitOptions(
  { seed }: RetrainParams,
  workspace: Workspace,
  onProgress: (fraction: number, message: string) => void,
): Promise<FitOptions> {
  const content = new Float32Array((await workspace.read("content.bin")).buffer);
  return { seed, historyMax: HISTORY_MAX, contentWidth: LATE_FEATURES, content, onProgress };
}
