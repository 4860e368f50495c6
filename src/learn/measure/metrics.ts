/** Figures of one ranked case with one right item: `rank` is 1-based, Infinity when it is not in the list. */
const FIGURES: Record<string, (rank: number) => number> = {
  "ndcg@10": (rank) => (rank <= 10 ? 1 / Math.log2(rank + 1) : 0),
  "recall@20": (rank) => (rank <= 20 ? 1 : 0),
  "hr@10": (rank) => (rank <= 10 ? 1 : 0),
  "mrr@20": (rank) => (rank <= 20 ? 1 / rank : 0),
};

export const METRIC_NAMES: readonly string[] = Object.keys(FIGURES);

/** Ranks beyond this are alike to every figure. */
export const RANK_MAX = 20;

/** Per user the mean of a figure over the user's cases; users in order of index, those without cases left out. */
export function meanPerUser(metric: string, ranks: Float64Array, users: Uint32Array): Float64Array {
  const figure = FIGURES[metric];
  if (figure === undefined) throw new Error(`no metric is called ${metric}`);
  return figurePerUser(figure, ranks, users);
}

/** Mean over users of the discount 1/log2(rank + 1) itself: smoother than a figure cut at 10, so better to choose by. */
export function meanDiscount(ranks: Float64Array, users: Uint32Array): number {
  const perUser = figurePerUser((rank) => 1 / Math.log2(rank + 1), ranks, users);
  return perUser.reduce((sum, value) => sum + value, 0) / Math.max(perUser.length, 1);
}

function figurePerUser(
  figure: (rank: number) => number,
  ranks: Float64Array,
  users: Uint32Array,
): Float64Array {
  const sums = new Map<number, { sum: number; cases: number }>();
  for (const [index, rank] of ranks.entries()) {
    const user = users[index] as number;
    const entry = sums.get(user) ?? { sum: 0, cases: 0 };
    entry.sum += figure(rank);
    entry.cases++;
    sums.set(user, entry);
  }
  return Float64Array.from(
    [...sums].sort(([a], [b]) => a - b),
    ([, { sum, cases }]) => sum / cases,
  );
}
