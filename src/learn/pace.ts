import type { YieldTo } from "./learner.ts";

/** Simple operations (an addition in a typed array) between two yields: some 10 ms on a slow core. */
const OPERATIONS_PER_YIELD = 3_000_000;

/** Counts work and yields in time. Deterministic: no clock. */
export interface Pace {
  /** Call after about `operations` simple operations, each call after a few milliseconds of work at the most. */
  spend(operations: number): Promise<void>;
}

export function createPace(yieldTo: YieldTo): Pace {
  let spent = 0;
  return {
    async spend(operations) {
      spent += operations;
      if (spent < OPERATIONS_PER_YIELD) return;
      spent = 0;
      await yieldTo();
    },
  };
}
