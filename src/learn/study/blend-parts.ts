import { discard, discardTensors } from "../../base/index.ts";
import type { Cases } from "../data/cases.ts";
import { learnerNamed } from "../learners.ts";
import { assembleParts } from "../model/assemble.ts";
import type { Parameters } from "../model/learner.ts";
import { type Blend, chooseWeights, pairedGain, rankBlend } from "./blend.ts";
import type { StudyData } from "./contract.ts";
import { casesOnRung, RUNGS } from "./rungs.ts";
import { makeShortlists, type Shortlists } from "./shortlists.ts";
import type { Slice } from "./slice.ts";
import type { Study } from "./state.ts";
import { fitPart, STUDY_STAGE, shortlistOptions } from "./trial.ts";

/** Standard errors by which a blend must exceed the best of its parts: 95 %, one-sided. */
const GAIN_ERRORS_MIN = 1.64;

/** The best of each learner side by side on the same cases; a blend only where it beats each of them by more than noise. */
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
  const common = contentAt === null ? [0] : [0, contentAt];
  const singles = entries.map(([name], index) => ({
    name,
    blend: chooseWeights(shortlists, cases, index === 0 ? [0] : [...common, index]),
  }));
  const best = singles.reduce((one, other) => (other.blend.figure > one.blend.figure ? other : one));
  // Popularity with content beside it would be no baseline: alone it stays alone.
  const allowed = entries.length === 1 ? [0] : [...Array(shortlists.parts).keys()];
  const all = chooseWeights(shortlists, cases, allowed);
  const gain = pairedGain(
    rankBlend(shortlists, all.weights),
    rankBlend(shortlists, best.blend.weights),
    cases,
  );
  discard(...shortlists.scores);
  const isBlend = gain > GAIN_ERRORS_MIN;
  return {
    chosen: chosenOf(entries, isBlend ? all : best.blend, contentAt),
    trials: state.trials,
    figures: Object.fromEntries([
      ...singles.map(({ name, blend }) => [name, blend.figure]),
      ["blend", all.figure],
    ]),
    reason: isBlend
      ? `the blend exceeds ${best.name} by ${gain.toFixed(1)} standard errors`
      : `no blend exceeds ${best.name} by more than noise`,
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

function chosenOf(
  entries: readonly [string, Parameters][],
  { weights }: Blend,
  contentAt: number | null,
): Study["chosen"] {
  const parts = entries.flatMap(([learner, parameters], index) => {
    const weight = weights[index] as number;
    return weight === 0 ? [] : [{ learner, parameters, weight }];
  });
  return { parts, contentWeight: contentAt === null ? 0 : (weights[contentAt] as number) };
}
