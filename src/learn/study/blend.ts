import { discard } from "../../base/index.ts";
import type { Cases } from "../data/cases.ts";
import type { Pace } from "../model/pace.ts";
import { meanOf, OBJECTIVE_RANK_MAX, objective, objectivePerUnit, sharedRank } from "./objective.ts";
import type { Shortlists } from "./shortlists.ts";

/**
 * What equals of a target cost it: all of them stand before it, as in the figures that are reported, or each place among them is as
 * likely. Only the latter is fair to a ranking with many equals: against it, adding a little noise would pass for a gain.
 */
type Ties = "against" | "shared";

/** [cases] ranks under a weighted sum of the parts; Infinity beyond what counts. */
export function rankBlend(
  shortlists: Shortlists,
  weights: readonly number[],
  ties: Ties = "against",
): Float64Array {
  const starts = [0];
  for (const scores of shortlists.scores) {
    starts.push((starts.at(-1) as number) + scores.length / weights.length);
  }
  // One array for all lists: hundreds of blends are tried, each with megabytes of sums.
  const sums = new Float32Array(starts.at(-1) as number);
  for (const [group, scores] of shortlists.scores.entries()) {
    weigh(scores, weights, sums.subarray(starts[group], starts[group + 1]));
  }
  const { groupOf, places } = shortlists;
  const ranks = new Float64Array(groupOf.length).fill(Number.POSITIVE_INFINITY);
  for (let one = 0; one < ranks.length; one++) {
    const group = groupOf[one] as number;
    const place = places[one] as number;
    if (place < 0) continue;
    const [from, end] = [starts[group] as number, starts[group + 1] as number];
    const last = rankWithin(sums, from, end, place);
    const rank =
      ties === "against" ? last : sharedRank(last - equalsWithin(sums, from, end, place) + 1, last);
    if (rank <= OBJECTIVE_RANK_MAX) ranks[one] = rank;
  }
  discard(sums);
  return ranks;
}

/**
 * Of the sum at `from + place` among those at from … end; a sum that is no number is found nowhere, or a part that diverged would be the best of all.
 * Not with an iterator: it would box every sum.
 */
function rankWithin(sums: Float32Array, from: number, end: number, place: number): number {
  const own = sums[from + place] as number;
  if (Number.isNaN(own)) return Number.POSITIVE_INFINITY;
  let rank = 0;
  for (let at = from; at < end; at++) if ((sums[at] as number) >= own) rank++;
  return rank;
}

/** Itself included. */
function equalsWithin(sums: Float32Array, from: number, end: number, place: number): number {
  const own = sums[from + place] as number;
  let equals = 0;
  for (let at = from; at < end; at++) if (sums[at] === own) equals++;
  return equals;
}

/** [items × P] → [items]. A part without a weight has no say, even where its scores are no numbers. */
function weigh(scores: Float32Array, weights: readonly number[], sums: Float32Array): void {
  const parts = weights.length;
  const counted = [...weights.keys()].filter((part) => weights[part] !== 0);
  for (let item = 0; item < sums.length; item++) {
    let sum = 0;
    for (let at = 0; at < counted.length; at++) {
      const part = counted[at] as number;
      sum += (weights[part] as number) * (scores[item * parts + part] as number);
    }
    sums[item] = sum;
  }
}

export interface Blend {
  /** [P] in standard deviations of each part; not all 0. */
  weights: number[];
  figure: number;
}

/** Weights tried for a part, relative to the strongest, whose weight is 1. */
const WEIGHTS = [0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1, 1.4, 2, 3];
/** Relative gain for which a part comes in: less is noise, and each part costs memory and time in every answer. */
const GAIN_MIN = 0.003;
const ROUNDS_MAX = 4;
/** Simple operations of one score in one blend: weighed, added up and counted. */
const OPERATIONS_PER_SCORE = 3;

/**
 * Weights of the `allowed` parts by coordinate ascent from the best single one. Few numbers are chosen from many cases, so
 * the same cases can judge the outcome.
 */
export async function chooseWeights(
  shortlists: Shortlists,
  cases: Cases,
  allowed: readonly number[],
  pace: Pick<Pace, "spend">,
): Promise<Blend> {
  const scores = shortlists.scores.reduce((sum, { length }) => sum + length, 0);
  const figureOf = async (weights: readonly number[]) => {
    const ranks = rankBlend(shortlists, weights);
    const figure = objective(ranks, cases);
    discard(ranks);
    await pace.spend(OPERATIONS_PER_SCORE * scores);
    return figure;
  };
  const singles = allowed.map((part) => unit(shortlists.parts, part));
  const figures: number[] = [];
  for (const weights of singles) figures.push(await figureOf(weights));
  const first = figures.indexOf(Math.max(...figures));
  const lead = allowed[first] as number;
  let best: Blend = { weights: singles[first] as number[], figure: figures[first] as number };
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const before = best.figure;
    for (const part of allowed) {
      if (part === lead) continue;
      for (const weight of WEIGHTS) {
        const weights = best.weights.with(part, weight);
        const figure = await figureOf(weights);
        const comesIn = best.weights[part] === 0 && weight > 0;
        if (figure > best.figure * (comesIn ? 1 + GAIN_MIN : 1)) best = { weights, figure };
      }
    }
    if (best.figure <= before) break;
  }
  return best;
}

function unit(length: number, one: number): number[] {
  return new Array(length).fill(0).with(one, 1);
}

/** Mean of the paired differences over its standard error: how far one ranking is above another, beyond noise. */
export function pairedGain(ours: Float64Array, theirs: Float64Array, cases: Cases): number {
  const [a, b] = [objectivePerUnit(ours, cases), objectivePerUnit(theirs, cases)];
  const differences = a.map((value, unit) => value - (b[unit] as number));
  const mean = meanOf(differences);
  const variance = meanOf(differences.map((value) => (value - mean) ** 2));
  return mean / Math.sqrt(Math.max(variance / Math.max(differences.length, 1), 1e-18));
}
