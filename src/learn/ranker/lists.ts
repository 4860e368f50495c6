/** Lists of candidates with what followed, in columns: list q is rows listStart[q] ≤ row < listStart[q + 1]. */
export interface RankingLists {
  /** F */
  featureCount: number;
  /** [rows × F] Column 0 is the order to be improved on: larger is better. */
  features: Float32Array;
  /** [lists + 1] */
  listStart: Uint32Array;
  /** [rows] 0: not taken; more for a purchase than for a click. Every list has some. */
  gains: Float32Array;
  /** [rows] Where it was shown, 0 first; −1: nobody saw this list. Known in training only. */
  positions: Int16Array;
  /** [rows] Logarithm of how many candidates of the list a row stands for, where only some of those that were not taken were kept. */
  counts: Float32Array;
}

/** Lists `from` ≤ q < `end`, on the same memory. */
export function sliceLists(lists: RankingLists, from: number, end: number): RankingLists {
  const { featureCount, features, gains, positions, counts } = lists;
  const first = lists.listStart[from] as number;
  const last = lists.listStart[end] as number;
  return {
    featureCount,
    features: features.subarray(first * featureCount, last * featureCount),
    listStart: lists.listStart.slice(from, end + 1).map((start) => start - first),
    gains: gains.subarray(first, last),
    positions: positions.subarray(first, last),
    counts: counts.subarray(first, last),
  };
}
