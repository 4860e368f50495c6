import type { Cases } from "../data/cases.ts";
import type { Pace } from "../model/pace.ts";
import { type Blend, chooseWeights, pairedGain, rankBlend } from "./blend.ts";
import type { Shortlists } from "./shortlists.ts";

/** Standard errors by which a blend must exceed each of its parts: 95 %, one-sided. */
const BLEND_ERRORS_MIN = 1.64;
/**
 * Standard errors by which anything must exceed popularity alone. The parameters and weights of what is held against it are the best
 * of some fifty that were tried on these very cases, so that the best of fifty worthless ones must not pass: 5 % / 50, one-sided
 * (Bonferroni).
 */
const PRIOR_ERRORS_MIN = 3.1;

export interface Choice {
  /** [P] weights of the parts. */
  weights: readonly number[];
  /** Of popularity alone, of each learner that counts beside it, and of the blend of all. */
  figures: Record<string, number>;
  reason: string;
}

/** Part i is learner `names[i]`, the first of them popularity; part `contentAt` is the content. */
interface Parts {
  names: readonly string[];
  contentAt: number | null;
}

interface Single {
  name: string;
  blend: Blend;
}

/**
 * A learner is held against the others with as much popularity and content beside it as suits it. Taken is the best of those that exceed popularity
 * alone beyond doubt, or the blend of all where it does, and exceeds each of them by more than noise; else popularity alone.
 */
export async function choose(
  shortlists: Shortlists,
  cases: Cases,
  parts: Parts,
  pace: Pick<Pace, "spend">,
): Promise<Choice> {
  const { names } = parts;
  const weigh = (allowed: readonly number[]) => chooseWeights(shortlists, cases, allowed, pace);
  const prior: Single = { name: names[0] as string, blend: await weigh([0]) };
  // Popularity with content beside it would be no baseline: alone it stays alone.
  const others = names.length === 1 ? [] : await singlesOf(parts, weigh);
  const all = names.length === 1 ? prior.blend : await weigh(partsOf(shortlists));
  const gainOver = createGainOver(shortlists, cases);
  const singles = [prior, ...others];
  const figures = Object.fromEntries([
    ...singles.map(({ name, blend }) => [name, blend.figure]),
    ["blend", all.figure],
  ]);
  const overPrior = ({ blend }: Single) => gainOver(prior.blend, blend);
  const overParts = Math.min(...singles.map(({ blend }) => gainOver(blend, all)));
  if (overParts > BLEND_ERRORS_MIN && gainOver(prior.blend, all) > PRIOR_ERRORS_MIN) {
    const reason = `the blend exceeds each of its parts by ${errors(overParts)} or more`;
    return { weights: all.weights, figures, reason };
  }
  const proven = others.filter((one) => overPrior(one) > PRIOR_ERRORS_MIN);
  const best = bestOf([prior, ...proven]);
  const nearest = bestOf(singles);
  const told = () => {
    if (best !== prior) return `, ${best.name} exceeds ${prior.name} alone by ${errors(overPrior(best))}`;
    if (nearest === prior) return "";
    return `: ${nearest.name} does by ${errors(overPrior(nearest))}, of ${PRIOR_ERRORS_MIN} needed`;
  };
  const reason = `no blend exceeds ${best.name} by more than noise${told()}`;
  return { weights: best.blend.weights, figures, reason };
}

function errors(gain: number): string {
  return `${gain.toFixed(1)} standard errors`;
}

function partsOf({ parts }: Shortlists): number[] {
  return [...Array(parts).keys()];
}

/** By figure; of equal ones the first. */
function bestOf(singles: readonly Single[]): Single {
  return singles.reduce((one, other) => (other.blend.figure > one.blend.figure ? other : one));
}

/** Those in which the learner itself, or content itself, has a weight: else they are another's. */
async function singlesOf(
  { names, contentAt }: Parts,
  weigh: (allowed: readonly number[]) => Promise<Blend>,
): Promise<Single[]> {
  const common = contentAt === null ? [0] : [0, contentAt];
  const learners = names
    .slice(1)
    .map((name, index) => ({ name, allowed: [...common, index + 1], own: index + 1 }));
  const content = contentAt === null ? [] : [{ name: "content", allowed: common, own: contentAt }];
  const singles: Single[] = [];
  for (const { name, allowed, own } of [...content, ...learners]) {
    const blend = await weigh(allowed);
    if (blend.weights[own] !== 0) singles.push({ name, blend });
  }
  return singles;
}

/** In standard errors, of the second over the first; equals share their places. */
function createGainOver(shortlists: Shortlists, cases: Cases): (one: Blend, other: Blend) => number {
  const ranksOf = new Map<Blend, Float64Array>();
  const ranked = (blend: Blend) => {
    const ranks = ranksOf.get(blend) ?? rankBlend(shortlists, blend.weights, "shared");
    ranksOf.set(blend, ranks);
    return ranks;
  };
  return (one, other) => pairedGain(ranked(other), ranked(one), cases);
}
