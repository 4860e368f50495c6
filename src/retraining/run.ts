import {
  type Manifest,
  type Recipe,
  readManifest,
  readPointer,
  type TrainingSettings,
} from "../registry/index.ts";
import type { RetrainOutcome, RetrainParams } from "./contract.ts";
import { type Context, type Fitted, fitRecipe } from "./fit.ts";
import { makeTogether, makeVectors } from "./likeness.ts";
import { publishModel, type Trained, writeGolden } from "./publish.ts";
import type { ReadResult } from "./read.ts";
import { type Made, totalOf } from "./record.ts";
import type { SplitResult } from "./split.ts";
import type { StartFit } from "./start.ts";

/** What every part of a run is given. */
export interface RunContext extends Context {
  params: RetrainParams & { settings: TrainingSettings };
  made: Made;
}

export interface Rows {
  read: ReadResult;
  split: SplitResult;
}

/** The recipe on the rows before the cut: `evaluated.onnx`. */
export async function fitEvaluated(context: RunContext, recipe: Recipe): Promise<Fitted> {
  const task = { name: "fit", step: "fit", recipe, data: "train.bin", file: "evaluated.onnx" } as const;
  const fitted = await fitRecipe(context, { ...task, ...startOf(context, "evaluated") });
  context.made.costs.fit = fitted.workSeconds;
  context.made.evaluatedHash = fitted.hash;
  context.made.learner = fitted.learner;
  context.made.recipe = recipe;
  return fitted;
}

/** The winner's recipe on all rows: `model.onnx`. */
export async function fitAll(context: RunContext, recipe: Recipe): Promise<Fitted> {
  const task = { name: "refit", step: "refit", recipe, data: "dataset.bin", file: "model.onnx" } as const;
  const refit = await fitRecipe(context, { ...task, ...startOf(context, "published") });
  const { made } = context;
  made.costs.refit = refit.workSeconds;
  made.modelHash = refit.hash;
  if (refit.warm.length > 0 && made.plan?.kind === "renew") made.startedFrom = made.plan.startsFrom;
  return refit;
}

function startOf({ made: { plan } }: RunContext, start: StartFit): { start?: StartFit } {
  return plan?.kind === "renew" && plan.startsFrom !== undefined ? { start } : {};
}

/** With all files that are not the fit's own, so that a repeated publication has the same ones. */
export async function publishStep(
  context: RunContext,
  trained: Omit<Trained, "workSeconds">,
): Promise<RetrainOutcome> {
  const { step, made } = context;
  const vectors = await step.do("vectors", () => makeVectors(context));
  const together = await step.do("together", () => makeTogether(context));
  made.costs.likeness = vectors + together;
  await step.do("golden", async () => {
    await writeGolden(context);
    return null;
  });
  const { outcome, inVain } = await step.do("publish", () =>
    publishModel(context, { ...trained, workSeconds: totalOf(made.costs) }),
  );
  made.inVain ??= inVain;
  return outcome;
}

/** What the pointer names, with its card; that is null where it cannot be read. */
export async function findLive({
  ports: { store },
  params: { tenant },
}: RunContext): Promise<{ version: string; card: Manifest | null } | null> {
  const current = await readPointer(store, tenant);
  if (current === null) return null;
  const { version } = current.pointer;
  return { version, card: await readManifest(store, tenant, version) };
}
