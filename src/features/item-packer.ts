import type { ItemScore } from "./item-scores.ts";
import type { ListedItems } from "./listed-items.ts";
import { LIST_FIELDS, type ListField, type PackedItems, type PackedList } from "./packed-items.ts";

/** Packs lists over one set of items, of a bounded size: what comes first has its items, what comes last leaves out those that are too many. */
export class ItemPacker {
  readonly #shelf: ListedItems;
  readonly #itemIds: string[] = [];
  readonly #places = new Map<string, number>();
  #charsLeft: number;

  /** `charsMax`: of the items as JSON. */
  constructor(shelf: ListedItems, charsMax: number) {
    this.#shelf = shelf;
    this.#charsLeft = charsMax;
  }

  /** The first `itemsMax` of them that may be answered and have room. */
  pack(ranking: readonly ItemScore[], itemsMax: number): PackedList {
    const list: PackedList = { at: [], scores: [] };
    for (const { itemId, score } of ranking) {
      if (list.at.length >= itemsMax) break;
      const place = this.#placeOf(itemId);
      if (place === null) continue;
      list.at.push(place);
      list.scores.push(score);
    }
    return list;
  }

  #placeOf(itemId: string): number | null {
    const known = this.#places.get(itemId);
    if (known !== undefined) return known;
    const body = this.#shelf.get(itemId);
    if (body === null) return null;
    const chars = JSON.stringify(body.fields).length + itemId.length;
    if (chars > this.#charsLeft) return null;
    this.#charsLeft -= chars;
    const place = this.#itemIds.push(itemId) - 1;
    this.#places.set(itemId, place);
    return place;
  }

  items(): PackedItems {
    const bodies = this.#itemIds.map((itemId) => this.#shelf.get(itemId)?.fields ?? {});
    const fields: Partial<Record<ListField, unknown[]>> = {};
    for (const name of LIST_FIELDS) {
      if (bodies.some((body) => body[name] !== undefined))
        fields[name] = bodies.map((body) => body[name] ?? null);
    }
    return { itemIds: [...this.#itemIds], fields };
  }
}
