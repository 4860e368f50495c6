import {
  type Manifest,
  type Recipe,
  readManifest,
  readPointer,
  type TrainingSettings,
} from "../registry/index.ts";
import type { RetrainOutcome, RetrainParams } from "./contract.ts";
import { type Context, type Fitted, fitRecipe } from "./fit.ts";
import { publishModel, type Trained, writeGolden } from "./publish.ts";
import type { ReadResult } from "./read.ts";
import type { Made } from "./record.ts";
import type { SplitResult } from "./split.ts";

/** What every part of a run is given. */
export interface RunContext extends Context {
  params: RetrainParams & { settings: TrainingSettings };
  made: Made;
}

export interface Rows {
  read: ReadResult;
  split: SplitResult;
}

/** The winner's recipe on all rows: `model.onnx`. */
export async function fitAll(context: RunContext, recipe: Recipe): Promise<Fitted> {
  const task = { name: "refit", step: "refit", recipe, data: "dataset.bin", file: "model.onnx" } as const;
  const refit = await fitRecipe(context, task);
  context.made.modelHash = refit.hash;
  return refit;
}

/** With its golden requests, so that a repeated publication has the same files. */
export async function publishStep(context: RunContext, trained: Trained): Promise<RetrainOutcome> {
  context.made.cpuSeconds = trained.workSeconds;
  await context.step.do("golden", async () => {
    await writeGolden(context);
    return null;
  });
  return context.step.do("publish", () => publishModel(context, trained));
}

export async function liveManifest({ ports, params }: RunContext): Promise<Manifest | null> {
  const current = await readPointer(ports.store, params.tenant);
  return current === null ? null : readManifest(ports.store, params.tenant, current.pointer.version);
}
