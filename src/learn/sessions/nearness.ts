/** Rows before and after a matching place that are looked at. */
export const WINDOW = 6;

/** What an item gets that stands `distance` rows from the match: next to it and the match itself all, less farther off. */
export function stepDecay(distance: number, distanceDecay: number): number {
  return Math.exp(-Math.max(Math.abs(distance) - 1, 0) / distanceDecay);
}
