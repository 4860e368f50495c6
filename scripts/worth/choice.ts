import type { Prng } from "../../src/base/index.ts";

/**
 * Odds of looking at the next product of a list, as in the demo shop's own lists, where each place is clicked 0.6 times as often as
 * the one above: the browsing model of rank-biased precision (Moffat and Zobel, ACM TOIS 2008).
 */
const LOOKS_ON_ODDS = 0.6;

/** How much of its odds is left to a product that she looked at in an earlier visit: the news is gone. */
const KNOWN_SHARE = 0.3;

/** What a shopper wants in one visit. Product indexes throughout. */
export interface Mind {
  /** [products] odds that she clicks on it when she looks at it: her taste alone, `clickOdds` of the demo shop. */
  readonly odds: Float64Array;
  /**
   * Uniform in [0, 1), fixed for the visit: whether a product tempts her is decided once a visit, so that what she passed over
   * she passes over again, and the same product has the same fate under every policy.
   */
  chance(index: number): number;
  /** Looked at in this visit: never clicked again. */
  readonly looked: Set<number>;
  /** Passed over in this visit. */
  readonly passed: Set<number>;
  /** Looked at in earlier visits. */
  readonly known: ReadonlySet<number>;
  readonly bought: ReadonlySet<number>;
}

/** The odds, as far as taste and memory go, that she clicks on the product when she looks at it now. */
export function oddsNow({ odds, looked, passed, known, bought }: Mind, index: number): number {
  if (looked.has(index) || passed.has(index) || bought.has(index)) return 0;
  return (odds[index] ?? 0) * (known.has(index) ? KNOWN_SHARE : 1);
}

/** Goes down the list until something tempts her or she has had enough: the product clicked, or null. */
export function browseList(list: readonly number[], mind: Mind, prng: Prng): number | null {
  for (const index of list) {
    if (mind.chance(index) < oddsNow(mind, index)) return index;
    mind.passed.add(index);
    if (prng.next() >= LOOKS_ON_ODDS) return null;
  }
  return null;
}
