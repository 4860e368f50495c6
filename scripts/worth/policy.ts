import type { Prng } from "../../src/base/index.ts";
import type { InteractionRow } from "../../src/learn/index.ts";

/** What a policy is asked at a page: who has looked at what, and what may be shown. */
export interface Question {
  /** Product indexes as the visitor's device remembers them: oldest first, each once, at most `DEVICE_HISTORY_MAX`. */
  recent: readonly number[];
  /** [products] 1 for what is on sale and neither of `recent` nor bought: only that may be shown. */
  allowed: Uint8Array;
  timeMs: number;
  /** How many products are wanted. */
  limit: number;
  /** For a policy that draws lots; the same for every policy at the same page of the same visit. */
  prng: Prng;
  /** [products] the odds that the shopper would click now. Given only to a policy that `knowsTastes`. */
  odds?: Float64Array;
}

/** What is known at the end of a day: everything that happened in this policy's own world before `nowMs`, and nothing else. */
export interface Night {
  rows: readonly InteractionRow[];
  /** [products] 1 for what had been published by then. */
  published: Uint8Array;
  nowMs: number;
}

/** A way to choose what is shown. */
export interface Policy {
  readonly name: string;
  readonly knowsTastes?: true;
  /** Between two days. */
  learn(night: Night): Promise<void>;
  /** Product indexes, best first, all allowed and different. */
  rank(question: Question): Promise<number[]>;
}

/** The `limit` best of the allowed by score, equal ones in order of index. NaN and −∞ are never shown. */
export function bestOf({ allowed, limit }: Question, scores: ArrayLike<number>): number[] {
  const best: number[] = [];
  for (let index = 0; index < allowed.length; index++) {
    const score = scores[index] ?? Number.NEGATIVE_INFINITY;
    if (allowed[index] === 0 || !(score > Number.NEGATIVE_INFINITY)) continue;
    if (best.length === limit && !(score > (scores[best[limit - 1] as number] as number))) continue;
    let at = best.length;
    while (at > 0 && score > (scores[best[at - 1] as number] as number)) at--;
    best.splice(at, 0, index);
    if (best.length > limit) best.pop();
  }
  return best;
}
