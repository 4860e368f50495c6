import { bestOf, type Policy } from "./policy.ts";

/** The floor: anything on sale. */
export function randomPolicy(): Policy {
  return {
    name: "random",
    learn: async () => {},
    async rank(question) {
      const scores = Float64Array.from(question.allowed, () => question.prng.next());
      return bestOf(question, scores);
    },
  };
}

/**
 * The ceiling: by the very odds that the shopper's clicks are drawn from, this visit's passed-over products last. Since she
 * goes down the list and stops at her first click, no order of the same products gets more clicks from one list.
 */
export function oraclePolicy(): Policy {
  return {
    name: "oracle",
    knowsTastes: true,
    learn: async () => {},
    rank: async (question) => bestOf(question, question.odds ?? []),
  };
}
