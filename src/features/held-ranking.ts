import type { ItemScore } from "./item-scores.ts";
import type { ListName, TenantCategories, TenantLists } from "./list.ts";
import type { ListedItems } from "./listed-items.ts";
import type { PackedItems, PackedList } from "./packed-items.ts";

/** A ranking as the values in KV have it: all that their lists name of it, best first, without what may not be answered any more. */
export async function heldRanking(
  { lists, categories }: { lists: TenantLists | null; categories: TenantCategories | null },
  name: ListName,
  shelf: ListedItems,
): Promise<ItemScore[]> {
  const scores = new Map<string, number>();
  const note = ({ itemIds }: PackedItems, { at, scores: own }: PackedList) => {
    for (const [rank, place] of at.entries()) {
      const itemId = itemIds[place];
      if (itemId !== undefined) scores.set(itemId, own[rank] ?? 0);
    }
  };
  if (lists !== null) note(lists.items, lists.lists[name]);
  for (const { lists: own } of categories?.categories ?? []) {
    if (categories !== null) note(categories.items, own[name]);
  }
  await shelf.load([...scores.keys()]);
  return [...scores]
    .filter(([itemId]) => shelf.get(itemId) !== null)
    .map(([itemId, score]) => ({ itemId, score }))
    .sort((a, b) => b.score - a.score || (a.itemId < b.itemId ? -1 : 1));
}
