import type { ItemScore } from "./item-scores.ts";
import { LIST_CATEGORIES_MAX, LIST_NAMES, type ListName } from "./list.ts";
import type { ListedItems } from "./listed-items.ts";

export type Rankings = Record<ListName, readonly ItemScore[]>;

/** What the rankings of everything say of each of the most active categories: by interactions of seven days, then by new items. */
export function categoryRankings(
  rankings: Rankings,
  shelf: ListedItems,
): { category: string; rankings: Record<ListName, ItemScore[]>; activity: number }[] {
  const found = new Map<
    string,
    { category: string; rankings: Record<ListName, ItemScore[]>; activity: number }
  >();
  for (const name of LIST_NAMES) {
    for (const entry of rankings[name]) {
      for (const category of new Set(shelf.get(entry.itemId)?.categories)) {
        const of = found.get(category) ?? { category, rankings: noRankings(), activity: 0 };
        found.set(category, of);
        of.rankings[name].push(entry);
        if (name === "trending_7d") of.activity += entry.score;
      }
    }
  }
  return [...found.values()]
    .sort(
      (a, b) =>
        b.activity - a.activity ||
        b.rankings.newest.length - a.rankings.newest.length ||
        (a.category < b.category ? -1 : 1),
    )
    .slice(0, LIST_CATEGORIES_MAX);
}

function noRankings(): Record<ListName, ItemScore[]> {
  return { trending_1h: [], trending_24h: [], trending_7d: [], popular: [], newest: [] };
}
