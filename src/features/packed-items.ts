import { ITEM_FIELDS, type ItemField } from "../events/index.ts";

/** What lists carry of an item: all that an answer may name, and what rules ask besides. */
export const LIST_FIELDS = [...ITEM_FIELDS, "stock"] as const;

export type ListField = (typeof LIST_FIELDS)[number];
export type ListFields = Partial<Record<ItemField | "stock", unknown>>;

/**
 * Items by column: each stands here once, however many lists name it, and no field's name is repeated. That is two thirds of the
 * bytes of a list of objects, and a reader makes objects only of the items that it answers.
 */
export interface PackedItems {
  itemIds: string[];
  /** As long as `itemIds`, null where the item has no such field; absent where none has it. */
  fields: Partial<Record<ListField, unknown[]>>;
}

/** A list over packed items, best first. */
export interface PackedList {
  /** Places in `PackedItems`. */
  at: number[];
  /** As long as `at`, falling. */
  scores: number[];
}

/** An item of a list as an answer takes it. */
export interface ListedItem {
  itemId: string;
  score: number;
  fields: Record<string, unknown>;
}

/** The fields that the item has. */
export function fieldsAt({ fields }: PackedItems, at: number): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const name of LIST_FIELDS) {
    const value = fields[name]?.[at];
    if (value !== undefined && value !== null) found[name] = value;
  }
  return found;
}

/** The list's items, best first, in order of a loop: objects are made as far as it comes. */
export function* unpacked(items: PackedItems, { at, scores }: PackedList): Generator<ListedItem> {
  for (const [rank, place] of at.entries()) {
    const itemId = items.itemIds[place];
    const score = scores[rank];
    if (itemId === undefined || score === undefined) continue;
    yield { itemId, score, fields: fieldsAt(items, place) };
  }
}
