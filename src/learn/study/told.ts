import type { Parameters } from "../model/learner.ts";
import type { StudyStore } from "./contract.ts";
import { partName, readState, type Study, type Trial } from "./state.ts";
import { stageOf } from "./trial.ts";

/** What the store of a study, or of fits, has to tell people. */
export interface Told {
  /** In the order in which they were run; `losses` of those that were trained in passes. */
  trials: (Omit<Trial, "key"> & { losses?: readonly number[] })[];
  /** Null: it has not come to its end, or there was none. */
  study: Study | null;
  /** Mean loss of each pass of what was fitted in a stage; null for what is not trained in passes. */
  lossesOf(stage: string, part: { learner: string; parameters: Parameters }): readonly number[] | null;
}

export async function readTold(store: Pick<StudyStore, "read">): Promise<Told> {
  const { trials, study, curves } = await readState(store);
  const lossesOf: Told["lossesOf"] = (stage, { learner, parameters }) =>
    curves[partName(stage, learner, parameters)] ?? null;
  return {
    trials: trials.map(({ key: _key, ...trial }) => {
      const losses = lossesOf(stageOf(trial.rung), trial);
      return losses === null ? trial : { ...trial, losses };
    }),
    study,
    lossesOf,
  };
}
