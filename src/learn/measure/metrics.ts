import type { Cases } from "../data/cases.ts";

/** A figure of one list: `ranks` of its right items, 1-based, Infinity when not in the list. */
type Figure = (ranks: readonly number[], k: number) => number;

const discount = (rank: number) => 1 / Math.log2(rank + 1);
const hits = (ranks: readonly number[], k: number) => ranks.filter((rank) => rank <= k);

const FIGURES: Record<string, Figure> = {
  /** Järvelin and Kekäläinen, 2002, binary: against a list that has as many right items in front as fit. */
  ndcg: (ranks, k) => {
    const gained = hits(ranks, k).reduce((sum, rank) => sum + discount(rank), 0);
    return gained / idealGain(Math.min(k, ranks.length));
  },
  recall: (ranks, k) => hits(ranks, k).length / ranks.length,
  hr: (ranks, k) => (ranks.some((rank) => rank <= k) ? 1 : 0),
  mrr: (ranks, k) => {
    const best = ranks.reduce((least, rank) => Math.min(least, rank), Number.POSITIVE_INFINITY);
    return best <= k ? 1 / best : 0;
  },
  /** Mean over the right items of the precision at their rank. */
  map: (ranks, k) => {
    const found = hits(ranks, k).sort((a, b) => a - b);
    const sum = found.reduce((total, rank, index) => total + (index + 1) / rank, 0);
    return sum / Math.min(k, ranks.length);
  },
};

/** What a gate and a manifest name. */
export const METRIC_NAMES: readonly string[] = ["ndcg@10", "recall@20", "hr@10", "mrr@20"];

/** All figures at 5, 10 and 20. */
export const FIGURE_NAMES: readonly string[] = Object.keys(FIGURES).flatMap((name) =>
  [5, 10, 20].map((k) => `${name}@${k}`),
);

/** Ranks beyond this are alike to every figure. */
export const RANK_MAX = 20;

/** Figures of users (in order of index, those without cases left out) and what each counts in the mean over them. */
export interface UserFigures {
  values: Float64Array;
  /** Absent: all users count alike. */
  weights?: Float64Array;
}

/** Throws for a name such as `ndcg@10` that is none. `ranks` [cases]. */
export function figuresOf(
  name: string,
  ranks: Float64Array,
  cases: Pick<Cases, "users" | "mean">,
): UserFigures {
  const [base = "", at = ""] = name.split("@");
  const figure = FIGURES[base];
  const k = Number(at);
  if (figure === undefined || !(k >= 1)) throw new Error(`no metric is called ${name}`);
  if (cases.mean === "list") {
    return { values: perUser(ranks, cases.users, (list) => figure(list, k)) };
  }
  const meanOf = (list: readonly number[]) =>
    list.reduce((sum, rank) => sum + figure([rank], k), 0) / list.length;
  const values = perUser(ranks, cases.users, meanOf);
  if (cases.mean === "user") return { values };
  return { values, weights: perUser(ranks, cases.users, (list) => list.length) };
}

/** The figure itself. */
export function figure(name: string, ranks: Float64Array, cases: Pick<Cases, "users" | "mean">): number {
  return weightedMean(figuresOf(name, ranks, cases));
}

export function weightedMean({ values, weights }: UserFigures): number {
  let sum = 0;
  let total = 0;
  for (const [user, value] of values.entries()) {
    const weight = weights?.[user] ?? 1;
    sum += value * weight;
    total += weight;
  }
  return total === 0 ? 0 : sum / total;
}

function perUser(
  ranks: Float64Array,
  users: Uint32Array,
  figureOf: (ranks: readonly number[]) => number,
): Float64Array {
  const lists = new Map<number, number[]>();
  for (const [index, rank] of ranks.entries()) {
    const user = users[index] as number;
    const list = lists.get(user);
    if (list === undefined) lists.set(user, [rank]);
    else list.push(rank);
  }
  return Float64Array.from(
    [...lists].sort(([a], [b]) => a - b),
    ([, list]) => figureOf(list),
  );
}

function idealGain(places: number): number {
  let sum = 0;
  for (let rank = 1; rank <= places; rank++) sum += discount(rank);
  return sum;
}
