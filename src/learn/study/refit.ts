import { discardTensors } from "../../base/index.ts";
import type { Dataset } from "../data/dataset.ts";
import { learnerNamed } from "../learners.ts";
import { assembleModel, type WeightedPart } from "../model/assemble.ts";
import type { FittedModel, FittedPart } from "../model/learner.ts";
import type { Chosen, StudyPorts, StudyRequest } from "./contract.ts";
import { openSlice } from "./slice.ts";
import { saveState } from "./state.ts";
import { fitPart } from "./trial.ts";

export interface RefitPorts extends StudyPorts {
  /**
   * An earlier part of a learner to start from, see `FitOptions`. A study has none: what an earlier fit has seen may be among the
   * cases that it chooses by.
   */
  previous?(learner: string): Promise<FittedPart | null>;
}

export type RefitSlice =
  | { done: false; workSeconds: number }
  /** `warm`: the learners that started from an earlier part. */
  | { done: true; workSeconds: number; model: FittedModel; warm: readonly string[] };

/**
 * Fits what a study chose on these rows, and assembles it. In slices as the study; parts of one `stage` and store are fitted once,
 * so a stage means one set of rows. The stage `study` takes the study's own parts.
 */
export async function refitSlice(
  dataset: Dataset,
  chosen: Chosen,
  request: StudyRequest,
  ports: RefitPorts,
  stage: string,
): Promise<RefitSlice> {
  const slice = await openSlice(ports, request);
  const { state, pace } = slice;
  const parts: WeightedPart[] = [];
  for (const { learner, parameters, weight } of chosen.parts) {
    const part = pace.isSpent
      ? null
      : await fitPart(slice, {
          learner: learnerNamed(learner),
          parameters,
          rows: dataset,
          stage,
          previous: async () => (await ports.previous?.(learner)) ?? null,
        });
    if (part === null) {
      state.workSeconds += slice.takeWork();
      await saveState(ports.store, state);
      return { done: false, workSeconds: state.workSeconds };
    }
    parts.push({ part, weight });
  }
  const model = await assembleModel(
    { parts, contentWeight: chosen.contentWeight },
    { ...request, dataset },
    { engine: ports.engine, pace },
  );
  for (const { part } of parts) discardTensors(part.tensors);
  state.workSeconds += slice.takeWork();
  await saveState(ports.store, state);
  const warm = parts.flatMap(({ part }) => (part.isWarm === true ? [part.learner] : []));
  return { done: true, workSeconds: state.workSeconds, model, warm };
}
