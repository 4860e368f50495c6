import { assert } from "../base/index.ts";
import type { ScoreRequest } from "../registry/index.ts";
import { candidateFeeds, historyFeeds, type KnownEntry } from "./feeds.ts";
import { type Found, reorder } from "./reorder.ts";
import type { ModelView } from "./view.ts";

export interface Ranked {
  /** Best first. */
  found: readonly Found[];
  /** Why the second stage had no part in their order. */
  problem?: string;
}

/** The best `k` of what a bias [N + M] leaves, by one run of the graph: fewer where it leaves fewer. */
export async function retrieve(
  view: ModelView,
  bias: Float32Array,
  { recent, k }: { recent: readonly KnownEntry[]; k: number },
): Promise<Found[]> {
  const { items, scores } = await view.model.run({
    ...historyFeeds(recent),
    ...candidateFeeds(view.lateFeatures, bias, k),
  });
  assert(
    items?.type === "int64" && scores?.type === "float32",
    "a graph gives items int64 and scores float32",
  );
  const found: Found[] = [];
  for (const [rank, score] of scores.data.entries()) {
    // What is excluded fills the list's end when fewer items than asked for are allowed.
    if (score === Number.NEGATIVE_INFINITY) break;
    const index = Number(items.data[rank]);
    found.push({ index, score, boost: bias[index] as number });
  }
  return found;
}

/**
 * Retrieval, and the second stage over its best where the model has one: whatever fails of that, retrieval's order stands. The second stage
 * orders as many whatever `k` is, so that an item has one score however long the list is to be; what retrieval has behind them stays behind them.
 */
export async function rank(
  view: ModelView,
  bias: Float32Array,
  { recent, request, k }: { recent: readonly KnownEntry[]; request: ScoreRequest; k: number },
): Promise<Ranked> {
  const { ranker } = view.model;
  if (ranker === null) return { found: await retrieve(view, bias, { recent, k }) };
  const wanted = Math.min(view.size, Math.max(k, ranker.candidates));
  const found = await retrieve(view, bias, { recent, k: wanted });
  const head = found.slice(0, ranker.candidates);
  try {
    const ordered = await reorder(view, ranker, head, { known: recent, request });
    return { found: [...ordered, ...found.slice(head.length)] };
  } catch (error) {
    return { found, problem: error instanceof Error ? error.message : String(error) };
  }
}
