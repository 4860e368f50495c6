import type { ScoredItem } from "../registry/index.ts";
import { type Cap, type RuleItem, valuesOf } from "../rules/index.ts";

type Counted = Pick<ScoredItem, "itemId" | "fields">;

/** Items' values of the fields that are capped, each looked up once. */
export class CappedValues {
  readonly caps: readonly Cap[];
  readonly #known = new Map<Counted, (readonly unknown[])[]>();

  constructor(caps: readonly Cap[]) {
    this.caps = caps;
  }

  /** By cap. */
  of(item: Counted): readonly (readonly unknown[])[] {
    const known = this.#known.get(item);
    if (known !== undefined) return known;
    const values = this.caps.map(({ field }) =>
      valuesOf({ ...item.fields, item_id: item.itemId } as RuleItem, field),
    );
    this.#known.set(item, values);
    return values;
  }
}

/** How many of each value a list has, of the fields that are capped. Items carry those fields. */
export class CapCounts {
  readonly #values: CappedValues;
  readonly #counts: readonly Map<unknown, number>[];

  constructor(values: CappedValues) {
    this.#values = values;
    this.#counts = values.caps.map(() => new Map());
  }

  count(item: Counted): void {
    const values = this.#values.of(item);
    for (const [at, counts] of this.#counts.entries()) {
      for (const value of values[at] ?? []) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }

  fits(item: Counted): boolean {
    const values = this.#values.of(item);
    return this.#values.caps.every(({ max }, at) =>
      values[at]?.every((value) => (this.#counts[at]?.get(value) ?? 0) < max),
    );
  }

  /** Whether one more item fits; it is counted then. */
  admit(item: Counted): boolean {
    const fits = this.fits(item);
    if (fits) this.count(item);
    return fits;
  }
}
