import type { Parameters } from "../model/learner.ts";

/** Rows before and after a matching place that are looked at. */
export const WINDOW = 6;

/**
 * What an item gets that stands `distance` rows behind a match: all of it at 0 and 1, then e^(−1/`distanceDecay`) with each
 * row; items that came before the match `before` times that.
 */
export function nearness(distance: number, { distanceDecay = 1, before = 1 }: Parameters): number {
  const kept = Math.exp(-Math.max(Math.abs(distance) - 1, 0) / distanceDecay);
  return distance < 0 ? before * kept : kept;
}
