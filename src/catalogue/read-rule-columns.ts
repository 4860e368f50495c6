import { FoldedTexts, type RuleColumn, type RuleColumns, type Scalar } from "../rules/index.ts";
import { NUMBER_COLUMN_NAMES, type NumberColumn, type TextColumn } from "./columns.ts";
import type { IdIndex } from "./id-index.ts";
import type { PackedColumn } from "./packed.ts";
import { RuleFields } from "./rule-columns.ts";

/** Items decoded between two turns of the thread: about 10 ms of work. */
const ROWS_AT_ONCE = 4_000;

interface CatalogColumns {
  ids: readonly string[];
  idToIndex: IdIndex;
  numbers: Record<NumberColumn, Float64Array>;
  texts: Record<TextColumn, PackedColumn>;
}

/** What rules are compiled over, of a catalogue's columns: numbers as they are, labels by value, titles for searching. */
export async function readRuleColumns(
  { ids, idToIndex, numbers, texts }: CatalogColumns,
  yieldTo: () => Promise<void>,
): Promise<RuleColumns> {
  const fields = new RuleFields();
  const lists = new Map<string, string[]>();
  for (let row = 0; row < ids.length; row++) {
    if (row % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) await yieldTo();
    for (const field of ["brand", "currency"] as const) {
      const value = texts[field].at(row);
      if (value !== undefined) fields.add(field, row, value);
    }
    for (const field of ["categories", "tags"] as const) {
      const text = texts[field].at(row);
      if (text !== undefined) fields.addList(field, row, parsedOnce(lists, text));
    }
    const attributes = texts.attributes.at(row);
    if (attributes !== undefined) fields.addAttributes(row, JSON.parse(attributes) as Record<string, Scalar>);
  }
  const { columns, bytes } = fields.build(ids.length);
  for (const name of NUMBER_COLUMN_NAMES)
    columns.set(name, { numbers: { rows: null, values: numbers[name] } });
  const folded = new FoldedTexts(ids.map((_, row) => texts.title.at(row)));
  await yieldTo();
  columns.set("title", {
    texts: { folded, has: (row) => texts.title.has(row), at: (row) => texts.title.at(row) },
  } satisfies RuleColumn);
  return {
    size: ids.length,
    bytes: bytes + folded.bytes,
    ids,
    idToRow: idToIndex,
    column: (field) => columns.get(field),
  };
}

/** Items of one shelf have the same list. */
function parsedOnce(known: Map<string, string[]>, text: string): string[] {
  const found = known.get(text);
  if (found !== undefined) return found;
  const list = JSON.parse(text) as string[];
  known.set(text, list);
  return list;
}
