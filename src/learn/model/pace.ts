/**
 * Lets other work of the thread run. Awaited after every 25 ms of work at the most, counted in operations: on Cloudflare
 * the clock stands still during computation.
 */
export type YieldTo = () => Promise<void>;

/** Simple operations of plain code (an addition in a typed array) in a second of one slow core, measured once. */
export const OPERATIONS_PER_SECOND = 3e8;
/** Multiply-adds × 2 in a second inside the engine, measured once on products of matrices. */
export const ENGINE_FLOPS_PER_SECOND = 1.2e10;
/** What one run of the engine costs whatever it computes: copies in and out, and its own bookkeeping. */
const RUN_SECONDS = 5e-5;
/** Between two yields. */
const YIELD_SECONDS = 0.01;
const AT_ONCE = Promise.resolve();

/**
 * Counts work, yields in time, and knows when a slice of a resumable run has had its share. Deterministic: no clock, so
 * that a run takes the same decisions wherever it runs.
 */
export interface Pace {
  /** Call after about `operations` simple operations, each call after a few milliseconds of work at the most. */
  spend(operations: number): Promise<void>;
  /** Call after each run of the engine, with the multiply-adds × 2 that it did. */
  ran(flops: number): Promise<void>;
  /** Estimated CPU-seconds so far. */
  readonly workSeconds: number;
  /** The slice's allowance is used up. */
  readonly isSpent: boolean;
}

export function createPace(yieldTo: YieldTo, allowanceSeconds = Number.POSITIVE_INFINITY): Pace {
  let total = 0;
  let sinceYield = 0;
  /** No async function: it is called for every row of a table, and each call's own promise would be garbage. */
  function add(seconds: number): Promise<void> {
    total += seconds;
    sinceYield += seconds;
    if (sinceYield < YIELD_SECONDS) return AT_ONCE;
    sinceYield = 0;
    return yieldTo();
  }
  return {
    spend: (operations) => add(operations / OPERATIONS_PER_SECOND),
    ran: (flops) => add(RUN_SECONDS + flops / ENGINE_FLOPS_PER_SECOND),
    get workSeconds() {
      return total;
    },
    get isSpent() {
      return total >= allowanceSeconds;
    },
  };
}
