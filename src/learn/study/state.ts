import { fnv1a32 } from "../../base/index.ts";
import type { Parameters } from "../model/learner.ts";
import type { Chosen, StudyStore } from "./contract.ts";

export interface Trial {
  learner: string;
  /** Of the parameters. */
  key: string;
  parameters: Parameters;
  /** Index into RUNGS. */
  rung: number;
  /** Of the part with popularity beside it, see `objective.ts`. */
  figure: number;
  workSeconds: number;
}

/** Of one fit among those that a store keeps. */
export function partName(stage: string, learner: string, parameters: Parameters): string {
  return `${stage}-${learner}-${keyOf(parameters)}`;
}

/** Where the store has it. */
export function partFile(stage: string, learner: string, parameters: Parameters): string {
  return `part-${partName(stage, learner, parameters)}.bin`;
}

export interface Study {
  chosen: Chosen;
  trials: readonly Trial[];
  /** Validation figures: of popularity alone, of each learner (and content) that counts beside it, and of the blend of all. */
  figures: Readonly<Record<string, number>>;
  /** Why this was chosen, in a sentence. */
  reason: string;
  workSeconds: number;
}

export interface StudyState {
  v: 1;
  workSeconds: number;
  trials: Trial[];
  /** What earlier slices spent on the trial that is under way. */
  begunSeconds: number;
  /** Losses of the parts that are trained in passes, by the name that their trial or stage gives them. */
  curves: Record<string, readonly number[]>;
  /** Of the learners whose search has ended. */
  best: Record<string, Parameters>;
  study: Study | null;
}

/** Equal for equal parameters. */
export function keyOf(parameters: Parameters): string {
  return fnv1a32(JSON.stringify(Object.entries(parameters).sort())).toString(36);
}

const STATE = "study.json";

export async function readState(store: Pick<StudyStore, "read">): Promise<StudyState> {
  const bytes = await store.read(STATE);
  const begun = { workSeconds: 0, trials: [], begunSeconds: 0, curves: {}, best: {}, study: null };
  return bytes === null ? { v: 1, ...begun } : { ...begun, ...JSON.parse(new TextDecoder().decode(bytes)) };
}

/** The commit point of every trial: before it the trial is run again, after it never. */
export async function saveState(store: StudyStore, state: StudyState): Promise<void> {
  await store.write(STATE, new TextEncoder().encode(JSON.stringify(state)));
}
