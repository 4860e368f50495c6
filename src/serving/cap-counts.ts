import type { ScoredItem } from "../registry/index.ts";
import { type Cap, type RuleItem, valuesOf } from "../rules/index.ts";

/** How many of each value a list has, of the fields that are capped. Items carry those fields. */
export class CapCounts {
  readonly #caps: readonly (Cap & { counts: Map<unknown, number> })[];

  constructor(caps: readonly Cap[]) {
    this.#caps = caps.map((cap) => ({ ...cap, counts: new Map() }));
  }

  fits(item: Pick<ScoredItem, "itemId" | "fields">): boolean {
    return this.#caps.every(({ field, max, counts }) =>
      valuesIn(item, field).every((value) => (counts.get(value) ?? 0) < max),
    );
  }

  count(item: Pick<ScoredItem, "itemId" | "fields">): void {
    for (const { field, counts } of this.#caps) {
      for (const value of valuesIn(item, field)) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }

  /** Whether one more item fits; it is counted then. */
  admit(item: Pick<ScoredItem, "itemId" | "fields">): boolean {
    const fits = this.fits(item);
    if (fits) this.count(item);
    return fits;
  }
}

function valuesIn({ itemId, fields }: Pick<ScoredItem, "itemId" | "fields">, field: string) {
  return valuesOf({ ...fields, item_id: itemId } as RuleItem, field);
}
