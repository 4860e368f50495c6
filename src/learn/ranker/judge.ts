import { type Metric, pairedBootstrap } from "../measure/bootstrap.ts";
import type { RankingLists } from "./lists.ts";

/**
 * [lists] NDCG@k of each list in the order of `scores` [rows], gains as they are. Of equal scores those that were not taken come
 * first. `missed`: gains of what was taken but is in no list; they count in the ideal of each only.
 */
export function listNdcg(
  { listStart, gains }: Pick<RankingLists, "listStart" | "gains">,
  scores: ArrayLike<number>,
  { k, missed = [] }: { k: number; missed?: readonly number[] },
): Float64Array {
  return Float64Array.from({ length: listStart.length - 1 }, (_, list) => {
    const from = listStart[list] as number;
    const rows = Array.from({ length: (listStart[list + 1] as number) - from }, (_, at) => from + at);
    const gain = (row: number) => gains[row] as number;
    rows.sort((a, b) => (scores[b] as number) - (scores[a] as number) || gain(a) - gain(b));
    const ideal = [...rows.map(gain), ...missed].sort((a, b) => b - a);
    const best = discounted(ideal.slice(0, k));
    return best === 0 ? 0 : discounted(rows.slice(0, k).map(gain)) / best;
  });
}

function discounted(gains: readonly number[]): number {
  return gains.reduce((sum, gain, place) => sum + gain / Math.log2(place + 2), 0);
}

/** Mean over users of the mean over each one's lists; in the result `popularity` is the order without the ranker. */
export function compareLists(
  figures: { ranker: Float64Array; retrieval: Float64Array },
  users: Uint32Array,
  seed: number,
): Metric {
  return pairedBootstrap(byUser(figures.ranker, users), byUser(figures.retrieval, users), seed);
}

function byUser(figures: Float64Array, users: Uint32Array): Float64Array {
  const sums = new Map<number, { sum: number; count: number }>();
  for (const [list, figure] of figures.entries()) {
    const user = users[list] as number;
    const known = sums.get(user) ?? { sum: 0, count: 0 };
    sums.set(user, { sum: known.sum + figure, count: known.count + 1 });
  }
  return Float64Array.from(sums.values(), ({ sum, count }) => sum / count);
}
