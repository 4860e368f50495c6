import {
  ColumnBuilder,
  FoldedTexts,
  type RuleColumn,
  type RuleColumns,
  type Scalar,
} from "../rules/index.ts";
import type { CatalogItem } from "./columns.ts";

/**
 * Attributes that rules know, the most frequent of a catalogue: a column each. Names beyond are as if no item had them, so that a site
 * which makes up a name for every item does not fill the memory.
 */
const ATTRIBUTES_MAX = 256;

/** What a site's items have, collected row by row. */
export class RuleFields {
  readonly #columns = new Map<string, ColumnBuilder>();

  add(field: string, row: number, value: Scalar): void {
    let column = this.#columns.get(field);
    if (column === undefined) {
      column = new ColumnBuilder();
      this.#columns.set(field, column);
    }
    column.add(row, value);
  }

  /** Each value once: a list may name one twice. */
  addList(field: string, row: number, values: readonly string[]): void {
    for (const value of new Set(values)) this.add(field, row, value);
  }

  addAttributes(row: number, attributes: Readonly<Record<string, Scalar>>): void {
    for (const [name, value] of Object.entries(attributes)) this.add(`attributes.${name}`, row, value);
  }

  build(size: number): { columns: Map<string, RuleColumn>; bytes: number } {
    const isAttribute = (field: string) => field.startsWith("attributes.");
    const attributes = [...this.#columns].filter(([field]) => isAttribute(field));
    attributes.sort(([a, one], [b, other]) => other.count - one.count || (a < b ? -1 : 1));
    for (const [field] of attributes.slice(ATTRIBUTES_MAX)) this.#columns.delete(field);
    const columns = new Map<string, RuleColumn>();
    let bytes = 0;
    for (const [field, builder] of this.#columns) {
      const built = builder.build(size);
      columns.set(field, built.column);
      bytes += built.bytes;
    }
    return { columns, bytes };
  }
}

/** Of a few items, as an overlay has them. An unknown popularity is absent. */
export function ruleColumnsOf(
  items: readonly (Omit<CatalogItem, "popularity"> & { popularity?: number })[],
): RuleColumns {
  const fields = new RuleFields();
  for (const [row, item] of items.entries()) {
    for (const field of ["price", "stock", "published_at", "popularity", "brand", "currency"] as const) {
      const value = item[field];
      if (value !== undefined) fields.add(field, row, value);
    }
    fields.addList("categories", row, item.categories ?? []);
    fields.addList("tags", row, item.tags ?? []);
    fields.addAttributes(row, item.attributes ?? {});
  }
  const { columns, bytes } = fields.build(items.length);
  const folded = new FoldedTexts(items.map(({ title }) => title));
  const texts = {
    folded,
    has: (row: number) => items[row]?.title !== undefined,
    at: (row: number) => items[row]?.title,
  };
  columns.set("title", { texts });
  const ids = items.map(({ item_id }) => item_id);
  return {
    size: items.length,
    bytes: bytes + folded.bytes,
    ids,
    idToRow: new Map(ids.map((id, row) => [id, row])),
    column: (field) => columns.get(field),
  };
}
