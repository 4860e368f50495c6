import type { ScoredItem } from "../registry/index.ts";

/** The rungs an item may come from, best first. */
export const SOURCES = ["model", "last_good", "trending", "popular", "newest"] as const;

export type Source = (typeof SOURCES)[number];

export interface Rung {
  source: Source;
  items: readonly ScoredItem[];
}

export interface AnswerItem extends ScoredItem {
  source: Source;
}

export interface Wanted {
  limit: number;
  /** Never answered. */
  exclude: ReadonlySet<string>;
  /** Known to the visitor. */
  seen: ReadonlySet<string>;
  fields: readonly string[];
}

/**
 * Fills one list from the rungs in order, without repeats; each item says which rung it is of. With `seenToo`, items that the
 * visitor knows come last, where nothing else is left.
 */
export function fillFromRungs(
  rungs: readonly Rung[],
  wanted: Wanted,
  { seenToo }: { seenToo: boolean },
): AnswerItem[] {
  const chosen = new Map<string, AnswerItem>();
  const take = (blocked: (itemId: string) => boolean) => {
    for (const { source, items } of rungs) {
      for (const item of items) {
        if (chosen.size >= wanted.limit) return;
        if (chosen.has(item.itemId) || blocked(item.itemId)) continue;
        chosen.set(item.itemId, { ...pickFields(item, wanted.fields), source });
      }
    }
  };
  take((itemId) => wanted.exclude.has(itemId) || wanted.seen.has(itemId));
  if (seenToo) take((itemId) => wanted.exclude.has(itemId));
  return [...chosen.values()];
}

/** Lists that many requests share carry every field; an answer carries those asked for. */
function pickFields({ itemId, score, fields }: ScoredItem, wanted: readonly string[]): ScoredItem {
  if (fields === undefined || wanted.length === 0) return { itemId, score };
  const picked = Object.fromEntries(
    wanted.filter((name) => name in fields).map((name) => [name, fields[name]]),
  );
  return { itemId, score, fields: picked };
}
