import { discard, discardTensors } from "../../base/index.ts";
import type { Cases } from "../data/cases.ts";
import { learnerNamed } from "../learners.ts";
import { assembleParts } from "../model/assemble.ts";
import type { Parameters } from "../model/learner.ts";
import { choose } from "./choose.ts";
import type { StudyData } from "./contract.ts";
import { casesOnRung, RUNGS } from "./rungs.ts";
import { makeShortlists, type Shortlists } from "./shortlists.ts";
import type { Slice } from "./slice.ts";
import type { Study } from "./state.ts";
import { fitPart, STUDY_STAGE, shortlistOptions } from "./trial.ts";

/** The best of each learner side by side on the same cases, and what is chosen of them: see `choose`. */
export async function blendParts(slice: Slice, data: StudyData): Promise<Study | null> {
  const { state, request } = slice;
  const entries = Object.entries(state.best);
  for (const [name, parameters] of entries) {
    slice.report(`fitting ${name} on all rows of the study`);
    const learner = learnerNamed(name);
    const part = await fitPart(slice, { learner, parameters, rows: data.fit, stage: STUDY_STAGE });
    if (part === null) return null;
    discardTensors(part.tensors);
  }
  slice.report(`weighing ${entries.length} parts`);
  const cases = casesOnRung(data.validation, RUNGS.length - 1, request.seed);
  const shortlists = await shortlistsOf(slice, data, { entries, cases });
  const contentAt = request.content === undefined ? null : shortlists.parts - 1;
  const names = entries.map(([name]) => name);
  const { weights, figures, reason } = await choose(shortlists, cases, { names, contentAt }, slice.pace);
  discard(...shortlists.scores);
  return {
    chosen: chosenOf(entries, weights, contentAt),
    trials: state.trials,
    figures,
    reason,
    workSeconds: state.workSeconds,
  };
}

/** One graph for each part, so that one at a time is in memory; content goes with the last. */
async function shortlistsOf(
  slice: Slice,
  data: StudyData,
  { entries, cases }: { entries: readonly [string, Parameters][]; cases: Cases },
): Promise<Shortlists> {
  const { request, ports, pace } = slice;
  const { content, ...plain } = request;
  const graphs = entries.map(([name, parameters], index) => {
    const withContent = content !== undefined && index === entries.length - 1;
    return {
      parts: withContent ? 2 : 1,
      load: async () => {
        const learner = learnerNamed(name);
        const part = await fitPart(slice, { learner, parameters, rows: data.fit, stage: STUDY_STAGE });
        if (part === null) throw new Error(`the part of ${name} was there`);
        const onnx = assembleParts([part], { ...(withContent ? request : plain), dataset: data.fit });
        discardTensors(part.tensors);
        return onnx;
      },
    };
  });
  return makeShortlists(ports.engine, graphs, cases, shortlistOptions(slice, data.fit), pace);
}

/**
 * Of popularity where content alone is best: a hundredth of a standard deviation decides between equals, and answers for those whose
 * history tells nothing.
 */
const PRIOR_WEIGHT_MIN = 0.01;

function chosenOf(
  entries: readonly [string, Parameters][],
  weights: readonly number[],
  contentAt: number | null,
): Study["chosen"] {
  const parts = entries.flatMap(([learner, parameters], index) => {
    const weight = weights[index] as number;
    return weight === 0 ? [] : [{ learner, parameters, weight }];
  });
  const [prior] = entries;
  if (parts.length === 0 && prior !== undefined) {
    const [learner, parameters] = prior;
    parts.push({ learner, parameters, weight: PRIOR_WEIGHT_MIN });
  }
  return { parts, contentWeight: contentAt === null ? 0 : (weights[contentAt] as number) };
}
