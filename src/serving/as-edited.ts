import { fieldsAt, LIST_FIELDS, type PackedItems } from "../features/index.ts";
import type { LastGoodList } from "./ports.ts";

/** Item → its place among those edited since lists were made. */
export type Edited = ReadonlyMap<string, number>;

/** Lists whose items have the fields of now. Once a read: a list's own loop costs nothing more. */
export function asEdited<Lists extends { items: PackedItems }>(
  lists: Lists,
  edited: PackedItems,
  places: Edited,
): Lists {
  const { items } = lists;
  const changed = items.itemIds.flatMap((itemId, place) => {
    const at = places.get(itemId);
    return at === undefined ? [] : [{ place, at }];
  });
  if (changed.length === 0) return lists;
  const fields: PackedItems["fields"] = {};
  for (const name of LIST_FIELDS) {
    const before = items.fields[name];
    const now = edited.fields[name];
    if (before === undefined && now === undefined) continue;
    const column = before?.slice() ?? items.itemIds.map(() => null);
    for (const { place, at } of changed) column[place] = now?.[at] ?? null;
    fields[name] = column;
  }
  return { ...lists, items: { ...items, fields } };
}

/** Likewise; of an edited item all is known, also which fields it has not. */
export function goodAsEdited(list: LastGoodList, edited: PackedItems, places: Edited): LastGoodList {
  const items = list.items.map((item) => {
    const at = places.get(item.itemId);
    if (at === undefined) return item;
    const fields = fieldsAt(edited, at);
    return { ...item, fields, lacks: LIST_FIELDS.filter((name) => !(name in fields)) };
  });
  return { ...list, items };
}
