import type { FallbackLists } from "./ports.ts";

/** The lists of one read without what was withdrawn. */
export interface AllowedLists extends Omit<FallbackLists, "withdrawn"> {
  /** For lists from elsewhere, as a visitor's own last one. */
  withdrawn: ReadonlySet<string>;
  readAtMs: number;
}

/** Lists made before an item was hidden or deleted still name it: it is taken out once, when they are read. */
export function allowedLists(found: FallbackLists, readAtMs: number): AllowedLists {
  const withdrawn = new Set(found.withdrawn?.itemIds);
  const without = <L extends { items: { itemId: string }[] }>(list: L | null): L | null =>
    list === null || withdrawn.size === 0
      ? list
      : { ...list, items: list.items.filter(({ itemId }) => !withdrawn.has(itemId)) };
  // So many items were withdrawn that the older ones are not named: a list from that time is not to be trusted. The
  // materialised ones are made anew from the catalogue every few minutes.
  const lastGood = found.lastGood;
  const isTooOld = lastGood !== null && lastGood.createdAtMs < (found.withdrawn?.sinceMs ?? 0);
  return {
    lastGood: isTooOld ? null : without(lastGood),
    trending: without(found.trending),
    popular: without(found.popular),
    newest: without(found.newest),
    withdrawn,
    readAtMs,
  };
}

export function countItems({ lastGood, trending, popular, newest, withdrawn }: AllowedLists): number {
  const lists = [lastGood, trending, popular, newest];
  return lists.reduce((sum, list) => sum + (list?.items.length ?? 0), withdrawn.size);
}
