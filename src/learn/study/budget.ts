import type { DataShape } from "../data/shape.ts";
import type { Ladder, Learner, Parameters } from "../model/learner.ts";
import type { StudyRequest } from "./contract.ts";
import { RUNGS, shareOnRung } from "./rungs.ts";
import type { SearchLimits, TrialRequest } from "./search.ts";

/** Of the whole budget: what the search of one learner may take, and what all its later fits may. */
const SEARCH_SHARE = 0.25;
const FITS_SHARE = 0.55;

/** What a trial costs however small the data: graphs are written, loaded and let go. */
const TRIAL_SECONDS = 0.7;

/** Estimated CPU-seconds of ranking one case, by items: a run of the graph and the choice of the best. */
function caseSeconds({ items }: DataShape): number {
  return 1e-3 + items * 1e-7;
}

/**
 * The learner's ladders with those that buy quality for work cut to the most that the budget affords; null when not even the least
 * does.
 */
export function withinBudget(learner: Learner, shape: DataShape, request: StudyRequest): Ladder[] | null {
  const ladders = learner.ladders(shape);
  const fits = (1 + request.refits) / (FITS_SHARE * request.budgetSeconds);
  const affords = (parameters: Parameters) => learner.workSeconds(shape, parameters) * fits <= 1;
  const start = Object.fromEntries(ladders.map(({ name, values, start }) => [name, values[start] as number]));
  const bought: Record<string, number> = {};
  for (const { name, values, buysQuality } of ladders) {
    if (buysQuality !== true) continue;
    const value = values.findLast((candidate) => affords({ ...start, [name]: candidate }));
    if (value === undefined) return null;
    bought[name] = value;
  }
  if (!affords({ ...start, ...bought })) return null;
  return ladders.map((ladder) => {
    const value = bought[ladder.name];
    return value === undefined ? ladder : { name: ladder.name, values: [value], start: 0 };
  });
}

/** Estimated CPU-seconds of one fit as it begins: with the least of what buys quality. */
function leastSeconds(learner: Learner, shape: DataShape): number {
  const ladders = learner.ladders(shape);
  const least = ladders.map(({ name, values, start, buysQuality }) => [
    name,
    values[buysQuality ? 0 : start],
  ]);
  return learner.workSeconds(shape, Object.fromEntries(least) as Parameters);
}

/** Learners that suit the data and that the budget does not afford, each with the least budget that would, in estimated CPU-seconds. */
export function leftOut(
  learners: readonly Learner[],
  shape: DataShape,
  request: StudyRequest,
): { name: string; budgetSeconds: number }[] {
  return learners
    .filter((learner) => withinBudget(learner, shape, request) === null)
    .map((learner) => ({
      name: learner.name,
      budgetSeconds: Math.ceil((leastSeconds(learner, shape) * (1 + request.refits)) / FITS_SHARE),
    }));
}

export function limitsOf(learner: Learner, shape: DataShape, request: StudyRequest): SearchLimits {
  return {
    allowanceSeconds: SEARCH_SHARE * request.budgetSeconds,
    trialSeconds({ parameters, rung }: TrialRequest) {
      const share = shareOnRung(shape.rows, rung);
      const sampled = { ...shape, users: shape.users * share, rows: shape.rows * share };
      const ranking = (RUNGS[rung]?.casesMax ?? 0) * caseSeconds(shape);
      return TRIAL_SECONDS + learner.workSeconds(sampled, parameters) + ranking;
    },
  };
}
