import type { Pace } from "../model/pace.ts";
import type { RankingLists } from "./lists.ts";
import { derivatives, OFFSET_STEP, stepOffsets } from "./loss.ts";

/** Columns that say how good retrieval found a candidate, each larger for a better one: where the trees start from. */
export const BASE_COLUMNS = 2;

const ROUNDS = 40;

/**
 * The slopes of the base columns and the places' offsets [places] that explain most by themselves, by Newton's steps in turn. Without
 * them the trees would spend themselves on how steeply retrieval's score falls, and blur its order.
 */
export async function fitBase(lists: RankingLists, offsets: Float64Array, pace: Pace): Promise<number[]> {
  const slopes: number[] = Array.from({ length: BASE_COLUMNS }, (_, column) => (column === 0 ? 1 : 0));
  for (let round = 0; round < ROUNDS; round++) {
    for (let column = 0; column < BASE_COLUMNS; column++) {
      const found = derivatives(lists, baseScores(lists, slopes), offsets);
      // A negative slope would turn retrieval's order round.
      slopes[column] = Math.max(0, (slopes[column] as number) - newtonStep(lists, found, column));
      await pace.spend(lists.gains.length * 60);
    }
    stepOffsets(
      offsets,
      lists.positions,
      derivatives(lists, baseScores(lists, slopes), offsets),
      OFFSET_STEP,
    );
    await pace.spend(lists.gains.length * 50);
  }
  return slopes;
}

/** [rows] */
export function baseScores(
  { features, featureCount, gains }: RankingLists,
  slopes: readonly number[],
): Float64Array {
  const scores = new Float64Array(gains.length);
  for (let row = 0; row < scores.length; row++) {
    let sum = 0;
    for (let column = 0; column < slopes.length; column++) {
      sum += (slopes[column] as number) * (features[row * featureCount + column] as number);
    }
    scores[row] = sum;
  }
  return scores;
}

/** Of the slope of a column, at most 1 long. */
function newtonStep(
  { features, featureCount, listStart }: RankingLists,
  { gradients, curvatures }: { gradients: Float32Array; curvatures: Float32Array },
  column: number,
): number {
  let gradient = 0;
  let curvature = 1;
  for (let list = 0; list + 1 < listStart.length; list++) {
    let weight = 1e-12;
    let sum = 0;
    let squares = 0;
    for (let row = listStart[list] as number; row < (listStart[list + 1] as number); row++) {
      const value = features[row * featureCount + column] as number;
      const curve = curvatures[row] as number;
      gradient += (gradients[row] as number) * value;
      weight += curve;
      sum += curve * value;
      squares += curve * value * value;
    }
    curvature += Math.max(0, squares - (sum * sum) / weight);
  }
  return Math.max(-1, Math.min(1, gradient / curvature));
}
