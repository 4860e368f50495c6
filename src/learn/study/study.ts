import { type DataShape, shapeOf } from "../data/shape.ts";
import { LEARNERS, learnerNamed } from "../learners.ts";
import type { Learner, Parameters } from "../model/learner.ts";
import { popularity } from "../popularity/popularity.ts";
import { blendParts } from "./blend-parts.ts";
import { leftOut, limitsOf, withinBudget } from "./budget.ts";
import type { StudyData, StudyPorts, StudyRequest } from "./contract.ts";
import { RUNGS } from "./rungs.ts";
import { search, type TrialRequest } from "./search.ts";
import { openSlice, type Slice } from "./slice.ts";
import { keyOf, type Study, type StudyState, saveState, type Trial } from "./state.ts";
import { runTrial } from "./trial.ts";

export type StudySlice =
  | { done: false; workSeconds: number }
  | { done: true; workSeconds: number; study: Study };

/**
 * Chooses learners, their parameters and their weights on the validation cases. One slice of it: goes on where the store says, and
 * spends about `sliceSeconds` of estimated CPU. What was finished is not done again, so it may be killed anywhere and repeated.
 */
export async function studySlice(
  data: StudyData,
  request: StudyRequest,
  ports: StudyPorts,
): Promise<StudySlice> {
  const slice = await openSlice(ports, request);
  const { state } = slice;
  const shape = shapeOf(data.fit, data.validation);
  while (state.study === null) {
    const next = nextTrial(state, shape, request);
    const isDone = next === null ? await finish(slice, data, shape) : await tryOut(slice, data, next);
    state.workSeconds += slice.takeWork();
    await saveState(ports.store, state);
    if (!isDone || (slice.pace.isSpent && state.study === null)) {
      return { done: false, workSeconds: state.workSeconds };
    }
  }
  return { done: true, workSeconds: state.workSeconds, study: state.study };
}

/** The learners that the request and the data allow, the cheap ones first; popularity, the prior of all others, leads. */
function learnersFor(shape: DataShape, { learners }: StudyRequest): Learner[] {
  const named = learners === undefined ? LEARNERS : learners.map(learnerNamed);
  return [popularity, ...named.filter((learner) => learner !== popularity && learner.suits(shape))];
}

interface NextTrial extends TrialRequest {
  learner: Learner;
}

/** Replays each learner's search on the figures known so far; null when all have come to their end. */
function nextTrial(state: StudyState, shape: DataShape, request: StudyRequest): NextTrial | null {
  const best: Record<string, Parameters> = {};
  for (const learner of learnersFor(shape, request)) {
    // Popularity stays whatever the budget: something must be chosen.
    const ladders =
      withinBudget(learner, shape, request) ?? (learner === popularity ? learner.ladders(shape) : null);
    if (ladders === null) continue;
    const steps = search(ladders, limitsOf(learner, shape, request));
    let step = steps.next();
    while (step.done !== true) {
      const wanted = step.value;
      const known = state.trials.find((trial) => isOf(trial, learner, wanted));
      if (known === undefined) return { ...wanted, learner };
      step = steps.next(known.figure);
    }
    best[learner.name] = step.value;
  }
  state.best = best;
  return null;
}

function isOf(trial: Trial, learner: Learner, { parameters, rung }: TrialRequest): boolean {
  return trial.learner === learner.name && trial.rung === rung && trial.key === keyOf(parameters);
}

async function tryOut(
  slice: Slice,
  data: StudyData,
  { learner, parameters, rung }: NextTrial,
): Promise<boolean> {
  const { state, request } = slice;
  slice.report(`${learner.name}: ${describe(parameters)} on rung ${rung + 1} of ${RUNGS.length}`);
  const before = slice.pace.workSeconds;
  const figure = await runTrial(slice, data, { learner, parameters, rung });
  state.begunSeconds += slice.pace.workSeconds - before;
  if (figure === null) return false;
  const workSeconds = state.begunSeconds;
  state.begunSeconds = 0;
  state.trials.push({ learner: learner.name, key: keyOf(parameters), parameters, rung, figure, workSeconds });
  slice.report(`${learner.name}: ${figure.toFixed(4)} (${state.trials.length} trials, seed ${request.seed})`);
  return true;
}

async function finish(slice: Slice, data: StudyData, shape: DataShape): Promise<boolean> {
  const study = await blendParts(slice, data);
  if (study === null) return false;
  const { request } = slice;
  const learners = learnersFor(shape, request).filter((learner) => learner !== popularity);
  const told = leftOut(learners, shape, request).map(
    ({ name, budgetSeconds }) =>
      `; ${name} was left out: it needs a budget of ${budgetSeconds} s, there are ${request.budgetSeconds}`,
  );
  slice.state.study = { ...study, reason: `${study.reason}${told.join("")}` };
  return true;
}

function describe(parameters: Parameters): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}
