import { HISTORY_MAX, SECOND_MS } from "../base/index.ts";
import type { ScoreRequest } from "../registry/index.ts";
import type { KnownEntry } from "./feeds.ts";
import type { ModelView } from "./view.ts";

/** Ids that neither the model nor the overlay knows say nothing and are dropped. */
export function knownHistory(view: ModelView, { history, nowMs, eventWeights }: ScoreRequest): KnownEntry[] {
  const { historyWeights } = view.model.manifest;
  return history.flatMap(({ itemId, weight: own, occurredAtMs, typeCode }) => {
    const index = view.indexOf(itemId);
    // A client's clock may be ahead of ours: an interaction is never in the future.
    const ageS = Math.max(0, (nowMs - occurredAtMs) / SECOND_MS);
    const weight = eventWeights?.[typeCode] ?? historyWeights?.[typeCode] ?? own;
    return index === undefined ? [] : [{ index, weight, ageS, typeCode }];
  });
}

/** What of it the graph is fed: what training left out says nothing here either, but has been seen all the same. */
export function telling(view: ModelView, known: readonly KnownEntry[]): KnownEntry[] {
  const { historyMax } = view.model.manifest;
  return known.filter(({ weight }) => weight > 0).slice(-Math.min(HISTORY_MAX, historyMax));
}

/** Indices of what the request keeps out, and of what it has the list leave out because the visitor knows it. */
export function excludedOf(
  view: ModelView,
  known: readonly KnownEntry[],
  { exclude, excludeHistory }: ScoreRequest,
): { excluded: number[]; seen: number[] } {
  return {
    excluded: exclude.map((itemId) => view.indexOf(itemId)).filter((index) => index !== undefined),
    seen: excludeHistory ? [...new Set(known.map(({ index }) => index))] : [],
  };
}
