import { ITEM_FIELDS, type Item } from "../events/index.ts";

const ANSWERABLE: ReadonlySet<string> = new Set(ITEM_FIELDS);

/** The fields named that the item has; what `fields=` may not name is left out. */
export function itemFields(item: Item, fields: readonly string[]): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const field of fields) {
    const value = ANSWERABLE.has(field) ? item[field as keyof Item] : undefined;
    if (value !== undefined) found[field] = value;
  }
  return found;
}
