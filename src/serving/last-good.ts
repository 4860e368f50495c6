import type { ScoredItem } from "../registry/index.ts";
import { LAST_GOOD_ANSWERS_MIN, LAST_GOOD_ITEMS_MAX, LAST_GOOD_WRITE_MS } from "./limits.ts";
import type { LastGoodItem, LastGoodList, RankedList } from "./ports.ts";

/** Twice what is written: enough for the order to settle. */
const POOL_ITEMS_MAX = 2 * LAST_GOOD_ITEMS_MAX;

interface Pooled extends ScoredItem {
  fields: Record<string, unknown>;
  /** Names of the fields that any of its answers was asked for with. */
  asked: readonly string[];
}

/**
 * Gathers the model's answers of one tenant into one list that is good for anybody: items by the sum of their reciprocal
 * ranks. A single visitor's list would be no better than trending to another, and would tell of its owner.
 */
export class LastGoodPool {
  readonly #items = new Map<string, Pooled>();
  #answers = 0;
  #modelVersion = "";
  #takenAtMs = Number.NEGATIVE_INFINITY;

  /** `asked`: the fields that the list was asked for with. */
  add(list: RankedList, asked: readonly string[]): void {
    this.#answers++;
    this.#modelVersion = list.modelVersion;
    list.items.forEach(({ itemId, fields }, rank) => {
      const known = this.#items.get(itemId);
      if (known === undefined && this.#items.size >= POOL_ITEMS_MAX) return;
      this.#items.set(itemId, {
        itemId,
        score: (known?.score ?? 0) + 1 / (rank + 1),
        fields: { ...known?.fields, ...fields },
        asked: known === undefined ? asked : united(known.asked, asked),
      });
    });
  }

  /** The list to write now, or null while it is too early; taking it begins a new gathering. */
  take(nowMs: number): LastGoodList | null {
    if (this.#answers < LAST_GOOD_ANSWERS_MIN || nowMs - this.#takenAtMs < LAST_GOOD_WRITE_MS) return null;
    const items = [...this.#items.values()]
      .map((item) => good(item, this.#answers))
      .sort((a, b) => b.score - a.score || (a.itemId < b.itemId ? -1 : 1))
      .slice(0, LAST_GOOD_ITEMS_MAX);
    this.#items.clear();
    this.#answers = 0;
    this.#takenAtMs = nowMs;
    return { v: 1, createdAtMs: nowMs, modelVersion: this.#modelVersion, items };
  }
}

/** Mostly all answers are asked for with the same. */
function united(names: readonly string[], more: readonly string[]): readonly string[] {
  return more.every((name) => names.includes(name)) ? names : [...new Set([...names, ...more])];
}

function good({ itemId, score, fields, asked }: Pooled, answers: number): LastGoodItem {
  const lacks = asked.filter((name) => !(name in fields));
  return { itemId, score: score / answers, fields, ...(lacks.length === 0 ? {} : { lacks }) };
}

/** Of the list what is known with all these fields: the lists below it carry every one. */
export function carrying(list: LastGoodList, names: readonly string[]): LastGoodList {
  const isKnown = ({ fields = {}, lacks = [] }: LastGoodItem) =>
    names.every((name) => name in fields || lacks.includes(name));
  return { ...list, items: list.items.filter(isKnown) };
}
