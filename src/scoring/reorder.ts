import { rankingVisitor } from "../catalogue/index.ts";
import type { ScoreRequest } from "../registry/index.ts";
import type { KnownEntry } from "./feeds.ts";
import type { LiveRanker } from "./ranker.ts";
import type { ModelView } from "./view.ts";

/** An item as retrieval found it, best first in a list. */
export interface Found {
  index: number;
  /** In standard deviations over the allowed items, its boost included. */
  score: number;
  /** What rules added to the score. */
  boost: number;
}

/**
 * The same items in the order of the second stage. Its scores take the mean and the spread that retrieval's have without boosts, and the
 * boosts are added again: so a boost moves an item by as many standard deviations as before. None falls below the last that retrieval had among them.
 * Stable: equal scores keep their order.
 */
export async function reorder(
  view: ModelView,
  ranker: LiveRanker,
  found: readonly Found[],
  { known, request }: { known: readonly KnownEntry[]; request: ScoreRequest },
): Promise<Found[]> {
  const { ranking } = view;
  if (ranking === null || found.length < 2) return [...found];
  const own = found.map(({ score, boost }) => score - boost);
  const ranks = ranksOf(own);
  const visitor = rankingVisitor(ranking, known, { ...request.context, nowMs: request.nowMs });
  const candidates = found.map(({ index }, at) => ({
    index,
    score: own[at] as number,
    rank: ranks[at] as number,
  }));
  const matrix = new Float32Array(found.length * ranker.featureCount);
  ranker.write(ranking, visitor, candidates, { matrix, offset: 0 });
  const scores = await ranker.run(matrix);
  const scale = scaleTo(own, scores);
  const least = found.at(-1)?.score ?? 0;
  const ordered = found
    .map(({ index, boost }, at) => ({ index, boost, score: scale(scores[at] as number) + boost }))
    .sort((a, b) => b.score - a.score);
  // After sorting: what falls to the bound keeps its order.
  for (const one of ordered) one.score = Math.max(one.score, least);
  return ordered;
}

/** The place of each without its boost; the list's own order where nothing is boosted. */
function ranksOf(scores: readonly number[]): number[] {
  const ranks = new Array<number>(scores.length);
  const order = [...scores.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number));
  for (const [rank, at] of order.entries()) ranks[at] = rank;
  return ranks;
}

/** Onto the mean and the spread of `target`. */
function scaleTo(target: readonly number[], values: Float32Array): (value: number) => number {
  const to = momentsOf(target);
  const from = momentsOf(values);
  const factor = from.deviation === 0 ? 0 : to.deviation / from.deviation;
  return (value) => to.mean + (value - from.mean) * factor;
}

function momentsOf(values: Iterable<number> & { length: number }): { mean: number; deviation: number } {
  let sum = 0;
  let squares = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / values.length) };
}
