import type { Exposure, Metric } from "../registry/index.ts";
import type { FailingCheck } from "./ports.ts";

export const GATE_METRIC = "ndcg@10";

/** Fewer cases say nothing: the interval would be as wide as the scale. Popularity serves. */
export const GATE_CASES_MIN = 1_000;

/**
 * Intervals are drawn from users, so many cases of few users say nothing either: of one user they would have no width at all. What
 * befalls one user in thirty is missing from a sample of fewer than this by more than a chance in thirty, and from its interval with it.
 */
export const GATE_USERS_MIN = 100;

/** What a comparison rests on. */
export interface Sample {
  cases: number;
  /** Who have a case. */
  users: number;
}

/** Why a model cannot be told from chance by so few; null where it can. */
export function tooFew({ cases, users }: Sample): string | null {
  if (cases < GATE_CASES_MIN) {
    return `${cases} test cases, ${GATE_CASES_MIN} are needed to tell a model from chance`;
  }
  if (users < GATE_USERS_MIN) {
    return `users with a test case: ${users}, ${GATE_USERS_MIN} are needed to tell a model from chance`;
  }
  return null;
}

/** How much worse than the live model the lower paired bound may be, relative to the live model's figure. */
export const GATE_INFERIORITY_MAX = 0.02;

/** A model shows at least as much of the catalogue as one list for everybody, and half of what the live model shows. */
const COVERAGE_OF_POPULARITY_MIN = 1;
const COVERAGE_OF_LIVE_MIN = 0.5;

/** What is new gets a fifth of the places that popularity gives it, and half of those that the live model does. */
const RECENT_OF_POPULARITY_MIN = 0.2;
const RECENT_OF_LIVE_MIN = 0.5;
/** Below this share of its places, a rival's figure is a handful of items, and falling short of it is chance. */
const RECENT_SHARE_MIN = 0.01;

/** The candidate against the live model, on cases that neither was fitted on. `popularity` of the metric is the live model. */
export interface LiveComparison {
  version: string;
  cases: number;
  /** Null when there is nothing to rank, or too little. */
  metric: Metric | null;
  /** The candidate is the live model's recipe, fitted anew on newer rows: with equal knowledge both are one file. */
  isSame: boolean;
}

/** By whose lists: `model` and `popularity` always; `live` and the candidate beside it (`besideLive`) where they met. */
export type Exposures = { model: Exposure; popularity: Exposure } & (
  | { live: Exposure; besideLive: Exposure }
  | { live?: undefined; besideLive?: undefined }
);

export type GateDecision = {
  pass: boolean;
  reason: string;
  /** Better than the live model beyond the interval: what ends a pin that the guardrails set. */
  isSuperior: boolean;
};

/** Refuses a model made of data that fails declared checks, naming them; null where none does. */
export function judgeData(failing: readonly FailingCheck[]): GateDecision | null {
  if (failing.length === 0) return null;
  const named = failing.slice(0, 3).map(({ table, check, reason }) => `${table}/${check}: ${reason}`);
  const more = failing.length > 3 ? `; and ${failing.length - 3} more` : "";
  return refused(`the data fails ${named.join("; ")}${more}`);
}

/** Superior to popularity: the paired 95 % bound above 0, on enough cases of enough users. */
export function judgeAgainstPopularity(sample: Sample, metrics: Record<string, Metric>): GateDecision {
  const few = tooFew(sample);
  if (few !== null) return refused(few);
  const metric = metrics[GATE_METRIC];
  if (metric === undefined) return refused(`${GATE_METRIC} was not measured`);
  const { model, popularity, difference } = metric;
  if (difference.low > 0) return { pass: true, reason: "superior to popularity", isSuperior: false };
  return refused(
    `not superior to popularity: ${GATE_METRIC} ${figure(model.value)} against ${figure(popularity.value)}, the difference's 95 % interval begins at ${figure(difference.low)}`,
  );
}

/**
 * A model goes live only when it is superior to popularity, not inferior to the live model, and does not hide what the others
 * show: the catalogue's breadth, and what is new in it.
 */
export function decide(
  sample: Sample,
  metrics: Record<string, Metric>,
  live: LiveComparison | null,
  exposures: Exposures | null,
): GateDecision {
  const first = judgeAgainstPopularity(sample, metrics);
  if (!first.pass) return first;
  const floor = exposures === null ? null : judgeExposure(exposures);
  if (floor !== null) return floor;
  if (live === null) return { ...first, reason: `${first.reason}; nothing is live` };
  const { pass, reason, isSuperior } = judgeAgainstLive(live);
  return { pass, isSuperior, reason: pass ? `${first.reason}, ${reason}` : reason };
}

/**
 * The difference's lower bound must be above the margin. An interval that is itself wider than the margin would refuse even an
 * equal model, and so freeze the live one until there are cases enough, which a small site may never have: there the better
 * guess goes on, but no model whose figure is the lower one. So a worse model can pass by luck, an equal one in half of the runs.
 */
function judgeAgainstLive({ version, cases, metric, isSame }: LiveComparison): GateDecision {
  if (isSame)
    return { pass: true, reason: `the recipe of live ${version}, on newer rows`, isSuperior: false };
  if (metric === null) {
    const reason = `only ${cases} cases are newer than live ${version}, which says nothing of its recipe`;
    return { pass: true, reason, isSuperior: false };
  }
  const { value, low, high } = metric.difference;
  const margin = GATE_INFERIORITY_MAX * metric.popularity.value;
  const told = `${version}: difference [${figure(low)}, ${figure(high)}] on ${cases} cases, margin ${figure(margin)}`;
  if (low >= -margin) return { pass: true, reason: `not inferior to live ${told}`, isSuperior: low > 0 };
  const isResolved = value - low <= margin;
  if (isResolved || value < 0) return refused(`inferior to live ${told}`);
  return { pass: true, reason: `better than live ${told}, though not beyond doubt`, isSuperior: false };
}

function judgeExposure({ model, popularity, live, besideLive }: Exposures): GateDecision | null {
  return (
    judgeFloors(model, popularity, {
      ...{ rival: "popularity", coverage: COVERAGE_OF_POPULARITY_MIN, recent: RECENT_OF_POPULARITY_MIN },
    }) ??
    (live === undefined
      ? null
      : judgeFloors(besideLive, live, {
          ...{ rival: "the live model", coverage: COVERAGE_OF_LIVE_MIN, recent: RECENT_OF_LIVE_MIN },
        }))
  );
}

function judgeFloors(
  model: Exposure,
  other: Exposure,
  { rival, coverage, recent }: { rival: string; coverage: number; recent: number },
): GateDecision | null {
  if (model.coverage < coverage * other.coverage) {
    return refused(
      `its lists show ${percent(model.coverage)} of the catalogue, those of ${rival} ${percent(other.coverage)}`,
    );
  }
  if (other.recentShare >= RECENT_SHARE_MIN && model.recentShare < recent * other.recentShare) {
    return refused(
      `new items have ${percent(model.recentShare)} of its lists' places, ${percent(other.recentShare)} with ${rival}`,
    );
  }
  return null;
}

function refused(reason: string): GateDecision {
  return { pass: false, reason, isSuperior: false };
}

function figure(value: number): string {
  return value.toFixed(4);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
