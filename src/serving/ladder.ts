import type { ScoredItem } from "../registry/index.ts";
import type { Cap } from "../rules/index.ts";
import { CapCounts, CappedValues } from "./cap-counts.ts";

/** The rungs an item may come from, best first. */
export const SOURCES = [
  "model",
  "explored",
  "last_good",
  "segment",
  "together",
  "trending",
  "popular",
  "newest",
] as const;

export type Source = (typeof SOURCES)[number];

export interface Rung {
  source: Source;
  /** Best first; made as far as they are looked at. Called more than once. */
  items(): Iterable<ScoredItem>;
}

export interface AnswerItem extends ScoredItem {
  source: Source;
}

export interface Wanted {
  limit: number;
  /** Never answered. */
  blocked: (itemId: string) => boolean;
  /** Known to the visitor. */
  seen: ReadonlySet<string>;
  fields: readonly string[];
  /** Of the rules; counted by what the rungs' items carry. Absent: none. */
  caps?: readonly Cap[];
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
  const { caps: given = [] } = wanted;
  const caps = given.length === 0 ? null : new CapCounts(new CappedValues(given));
  const take = (isLeftOut: (itemId: string) => boolean) => {
    for (const { source, items } of rungs) {
      for (const item of items()) {
        if (chosen.size >= wanted.limit) return;
        if (chosen.has(item.itemId) || isLeftOut(item.itemId) || caps?.admit(item) === false) continue;
        chosen.set(item.itemId, { ...pickFields(item, wanted.fields), source: sourceOf(item) ?? source });
      }
    }
  };
  take((itemId) => wanted.seen.has(itemId) || wanted.blocked(itemId));
  if (seenToo && wanted.seen.size > 0) take(wanted.blocked);
  return [...chosen.values()];
}

/** The scorer, too, fills up from lists. */
function sourceOf({ source }: ScoredItem): Source | undefined {
  return SOURCES.find((known) => known === source);
}

/** Lists that many requests share carry every field; an answer carries those asked for. */
export function pickFields<Item extends ScoredItem>(item: Item, wanted: readonly string[]): Item {
  const { fields, ...rest } = item;
  if (fields === undefined || wanted.length === 0) return rest as Item;
  const picked = Object.fromEntries(
    wanted.filter((name) => name in fields).map((name) => [name, fields[name]]),
  );
  return { ...rest, fields: picked } as Item;
}
