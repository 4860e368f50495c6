import type { ScoredItem } from "../registry/index.ts";
import { LAST_GOOD_ANSWERS_MIN, LAST_GOOD_ITEMS_MAX, LAST_GOOD_WRITE_MS } from "./limits.ts";
import type { LastGoodList, RankedList } from "./ports.ts";

/** Twice what is written: enough for the order to settle. */
const POOL_ITEMS_MAX = 2 * LAST_GOOD_ITEMS_MAX;

/**
 * Gathers the model's answers of one tenant into one list that is good for anybody: items by the sum of their reciprocal
 * ranks. A single visitor's list would be no better than trending to another, and would tell of its owner.
 */
export class LastGoodPool {
  readonly #items = new Map<string, ScoredItem>();
  #answers = 0;
  #modelVersion = "";
  #takenAtMs = Number.NEGATIVE_INFINITY;

  add(list: RankedList): void {
    this.#answers++;
    this.#modelVersion = list.modelVersion;
    list.items.forEach(({ itemId, fields }, rank) => {
      const known = this.#items.get(itemId);
      if (known === undefined && this.#items.size >= POOL_ITEMS_MAX) return;
      this.#items.set(itemId, {
        itemId,
        score: (known?.score ?? 0) + 1 / (rank + 1),
        fields: { ...known?.fields, ...fields },
      });
    });
  }

  /** The list to write now, or null while it is too early; taking it begins a new gathering. */
  take(nowMs: number): LastGoodList | null {
    if (this.#answers < LAST_GOOD_ANSWERS_MIN || nowMs - this.#takenAtMs < LAST_GOOD_WRITE_MS) return null;
    const items = [...this.#items.values()]
      .map((item) => ({ ...item, score: item.score / this.#answers }))
      .sort((a, b) => b.score - a.score || (a.itemId < b.itemId ? -1 : 1))
      .slice(0, LAST_GOOD_ITEMS_MAX);
    this.#items.clear();
    this.#answers = 0;
    this.#takenAtMs = nowMs;
    return { v: 1, createdAtMs: nowMs, modelVersion: this.#modelVersion, items };
  }
}
