import type { Dataset } from "../data/dataset.ts";
import { DECAY_MIN, type Decay, stepDecay } from "./decay.ts";
import type { Pace } from "../model/pace.ts";

/** The two sides of the normal equations, row-major [n × n]. */
export interface NormalEquations {
  size: number;
  /** αX'X + (1−α)K + λI */
  left: Float32Array<ArrayBuffer>;
  /** αX'X + (1−α)C */
  right: Float32Array<ArrayBuffer>;
}

export interface GramOptions {
  /** [items] place among the n items of the dense model, −1 for the others, which still take their positions. */
  headOf: Int32Array;
  size: number;
  /** α: share of the order-free part. */
  orderFree: number;
  /** λ */
  ridge: number;
  decay: Decay;
}

/** Newest rows of a user that count: a robot's thousand rows would be a million pairs. */
export const USER_ROWS_MAX = 400;

/**
 * Sums X'X (who has both), K (the Gram matrix of decayed prefixes) and C (decayed prefix × next item) over all users,
 * straight into the two sides, so that two matrices are held and not five (SLIST: Choi et al., WWW 2021).
 */
export async function normalEquations(
  dataset: Dataset,
  { headOf, size, orderFree, ridge, decay }: GramOptions,
  pace: Pace,
): Promise<NormalEquations> {
  const left = new Float32Array(size * size);
  const right = new Float32Array(size * size);
  for (let i = 0; i < size; i++) left[i * size + i] = ridge;
  for (let user = 0; user < dataset.userIds.length; user++) {
    const end = dataset.userStart[user + 1] as number;
    const start = Math.max(dataset.userStart[user] as number, end - USER_ROWS_MAX);
    const heads = Int32Array.from(dataset.items.subarray(start, end), (item) => headOf[item] as number);
    const steps = stepsOf(dataset.timesMs.subarray(start, end), decay);
    addOrderFree({ size, left, right }, heads, orderFree);
    addOrdered({ size, left, right }, { heads, steps, share: 1 - orderFree });
    // Each pair is two reads and writes far apart in memory.
    await pace.spend(heads.length * heads.length * 12);
  }
  return { size, left, right };
}

/** steps[t]: what is left of row t − 1 at row t; steps[0] is not used. */
export function stepsOf(timesMs: Float64Array, decay: Decay): Float64Array {
  return Float64Array.from(timesMs, (time, t) =>
    t === 0 ? 0 : stepDecay(decay, timesMs[t - 1] as number, time),
  );
}

function addOrderFree({ size, left, right }: NormalEquations, heads: Int32Array, share: number): void {
  if (share === 0) return;
  const known = heads.filter((head) => head >= 0);
  for (let s = 0; s < known.length; s++) {
    const row = (known[s] as number) * size;
    for (let t = 0; t < known.length; t++) {
      const at = row + (known[t] as number);
      left[at] = (left[at] as number) + share;
      right[at] = (right[at] as number) + share;
    }
  }
}

/**
 * C gets, for each pair s < t, what is left of s when t is next. K gets, for each pair s ≤ r, the sum over all later
 * targets of what is left of both, which a recursion from the end gives: `tail` = Σ (left of r at each target)².
 */
function addOrdered(
  { size, left, right }: NormalEquations,
  { heads, steps, share }: { heads: Int32Array; steps: Float64Array; share: number },
): void {
  if (share === 0) return;
  let tail = 0;
  for (let r = heads.length - 1; r > 0; r--) {
    const target = heads[r] as number;
    const newest = heads[r - 1] as number;
    const step = r + 1 < heads.length ? (steps[r] as number) : 0;
    tail = 1 + step * step * tail;
    let kept = 1;
    for (let s = r - 1; s >= 0 && kept >= DECAY_MIN; s--) {
      const source = heads[s] as number;
      if (source >= 0 && target >= 0) {
        right[source * size + target] = (right[source * size + target] as number) + share * kept;
      }
      if (source >= 0 && newest >= 0) {
        const value = share * kept * tail;
        left[source * size + newest] = (left[source * size + newest] as number) + value;
        if (s !== r - 1) left[newest * size + source] = (left[newest * size + source] as number) + value;
      }
      kept *= steps[s] as number;
    }
  }
}
