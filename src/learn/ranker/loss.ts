import type { RankingLists } from "./lists.ts";

/** Where the list's places are beyond this, all count as the last. */
export const POSITIONS_MAX = 50;

/** A step towards each place's offset: shortened, and held back where little was seen. */
export const OFFSET_STEP = { ridge: 10, rate: 0.3 } as const;

export interface Derivatives {
  /** [rows] */
  gradients: Float32Array;
  curvatures: Float32Array;
  /** Mean over lists. */
  loss: number;
}

/**
 * The listwise softmax loss (Cao et al., ListNet, ICML 2007): the cross-entropy of what was taken, by gain, against the softmax of
 * the scores over the list. A place adds its offset to the score of what was shown there: the position bias stands beside the
 * relevance in training and is left out in serving (Guo et al., PAL, RecSys 2019).
 */
export function derivatives(
  { listStart, gains, positions, counts }: RankingLists,
  scores: Float64Array,
  offsets: Float64Array,
): Derivatives {
  const gradients = new Float32Array(gains.length);
  const curvatures = new Float32Array(gains.length);
  const lists = listStart.length - 1;
  let loss = 0;
  for (let list = 0; list < lists; list++) {
    const from = listStart[list] as number;
    const end = listStart[list + 1] as number;
    let most = Number.NEGATIVE_INFINITY;
    let total = 0;
    for (let row = from; row < end; row++) {
      most = Math.max(most, placed(row));
      total += gains[row] as number;
    }
    let sum = 0;
    for (let row = from; row < end; row++) sum += Math.exp(placed(row) - most);
    for (let row = from; row < end; row++) {
      const logShare = placed(row) - most - Math.log(sum);
      const share = Math.exp(logShare);
      const wanted = (gains[row] as number) / total;
      gradients[row] = share - wanted;
      curvatures[row] = share * (1 - share);
      loss -= wanted * logShare;
    }
  }
  return { gradients, curvatures, loss: loss / Math.max(lists, 1) };

  function placed(row: number): number {
    const place = positions[row] as number;
    const offset = place < 0 ? 0 : (offsets[Math.min(place, POSITIONS_MAX - 1)] as number);
    return (scores[row] as number) + (counts[row] as number) + offset;
  }
}

/** One Newton step on each place's offset; the first place's stays 0. */
export function stepOffsets(
  offsets: Float64Array,
  positions: Int16Array,
  { gradients, curvatures }: Derivatives,
  { ridge, rate }: { ridge: number; rate: number },
): void {
  const steps = new Float64Array(POSITIONS_MAX);
  const weights = new Float64Array(POSITIONS_MAX).fill(ridge);
  for (let row = 0; row < positions.length; row++) {
    if ((positions[row] as number) < 0) continue;
    const place = Math.min(positions[row] as number, POSITIONS_MAX - 1);
    steps[place] = (steps[place] as number) + (gradients[row] as number);
    weights[place] = (weights[place] as number) + (curvatures[row] as number);
  }
  for (let place = 0; place < POSITIONS_MAX; place++) {
    offsets[place] =
      (offsets[place] as number) - (rate * (steps[place] as number)) / (weights[place] as number);
  }
  const first = offsets[0] as number;
  for (let place = 0; place < POSITIONS_MAX; place++) offsets[place] = (offsets[place] as number) - first;
}
