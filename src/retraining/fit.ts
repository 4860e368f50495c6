import { discard, HISTORY_MAX, sha256Hex } from "../base/index.ts";
import { LATE_FEATURES } from "../catalogue/index.ts";
import {
  type Chosen,
  decodeContent,
  decodePart,
  type FittedPart,
  type RefitPorts,
  refitSlice,
  type StudyPorts,
  type StudyRequest,
  studySlice,
} from "../learn/index.ts";
import type { Recipe } from "../registry/index.ts";
import type { RetrainParams, RetrainStep } from "./contract.ts";
import { decodeCases } from "./dataset-file.ts";
import { openDataset } from "./open-dataset.ts";
import type { RetrainPorts, StepRunner } from "./ports.ts";
import { cutInPlace } from "./rows.ts";
import { inSlices, SLICE_SECONDS } from "./slices.ts";
import { type StartFit, startFile } from "./start.ts";
import type { Workspace } from "./workspace.ts";

/** What all slices of a run share. */
export interface Context {
  ports: RetrainPorts;
  params: RetrainParams;
  workspace: Workspace;
  step: StepRunner;
}

export interface Searched {
  recipe: Recipe;
  trials: number;
  /** Validation figure by part, and of the blend. */
  figures: Record<string, number>;
  /** Why this was chosen. */
  reason: string;
  workSeconds: number;
}

/** Chooses learners and parameters on the validation cases, in slices whose state is in the run's folder. */
export async function search(
  context: Context,
  name: string,
  request: Pick<StudyRequest, "learners" | "budgetSeconds">,
): Promise<Searched> {
  return inSlices(context.step, name, async () => {
    const { workspace } = context;
    const { dataset: fit, parking } = await openDataset(() => workspace.read("fit.bin"));
    const validation = decodeCases(await workspace.read("validation.bin"));
    const slice = await studySlice(
      { fit, validation },
      { ...(await requestOf(context)), ...request },
      { ...slicePorts(context, name, "study"), parking },
    );
    if (!slice.done) return slice;
    const { chosen, trials, figures, reason } = slice.study;
    return {
      done: true,
      workSeconds: slice.workSeconds,
      recipe: recipeOf(chosen),
      trials: trials.length,
      figures: { ...figures },
      reason,
    };
  });
}

export interface Fitted {
  learner: string;
  parameters: Readonly<Record<string, number>>;
  itemCount: number;
  /** SHA-256 of the file. */
  hash: string;
  /** The learners that started from an earlier version's part. */
  warm: readonly string[];
  workSeconds: number;
}

/** Fits a recipe on the rows of `data`, those before `beforeMs` if given, and leaves the model as `file` in the run's folder. */
export async function fitRecipe(
  context: Context,
  { name, step, recipe, data, beforeMs, start, file }: FitTask,
): Promise<Fitted> {
  return inSlices(context.step, name, async () => {
    const { dataset, parking } = await openDataset(
      () => context.workspace.read(data),
      (rows) => (beforeMs === undefined ? rows : cutInPlace(rows, beforeMs)),
    );
    const request = { ...(await requestOf(context)), budgetSeconds: Number.POSITIVE_INFINITY };
    const ports: RefitPorts = { ...slicePorts(context, name, step), parking };
    if (start !== undefined) ports.previous = (learner) => findPart(context.workspace, start, learner);
    const slice = await refitSlice(dataset, recipe, request, ports, name);
    if (!slice.done) return slice;
    const { learner, parameters, itemCount, onnx } = slice.model;
    await context.workspace.write(file, onnx);
    const hash = await sha256Hex(onnx);
    discard(onnx);
    const { warm, workSeconds } = slice;
    return { done: true, workSeconds, learner, parameters, itemCount, hash, warm };
  });
}

async function findPart(workspace: Workspace, start: StartFit, learner: string): Promise<FittedPart | null> {
  const bytes = await workspace.find(startFile(start, learner));
  return bytes === null ? null : decodePart(bytes);
}

export interface FitTask {
  /** Of the slices, and of their state's folder. */
  name: string;
  step: RetrainStep;
  recipe: Recipe;
  data: "train.bin" | "dataset.bin";
  beforeMs?: number;
  /** Which of the earlier version's fits to start from; absent: the fit begins anew. */
  start?: StartFit;
  file: string;
}

async function requestOf({
  params,
  workspace,
}: Context): Promise<Omit<StudyRequest, "budgetSeconds" | "learners">> {
  const content = decodeContent(await workspace.read("content.bin"));
  return {
    seed: params.seed,
    refits: REFITS,
    historyMax: HISTORY_MAX,
    contentWidth: LATE_FEATURES,
    content,
  };
}

/** What is chosen is fitted again on the training rows, beside the live model, and on all rows. */
const REFITS = 3;

function slicePorts({ ports, workspace }: Context, name: string, step: RetrainStep): StudyPorts {
  return {
    engine: ports.engine,
    yieldTo: ports.yieldTo,
    sliceSeconds: ports.sliceSeconds ?? SLICE_SECONDS,
    onProgress: workspace.progress(step),
    store: {
      read: (part: string) => workspace.find(`${name}/${part}`),
      write: (part: string, bytes: Uint8Array) => workspace.write(`${name}/${part}`, bytes),
    },
  };
}

function recipeOf({ parts, contentWeight }: Chosen): Recipe {
  return { parts: parts.map((part) => ({ ...part, parameters: { ...part.parameters } })), contentWeight };
}
