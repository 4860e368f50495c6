import path from "node:path";
import { contentFeatures, LATE_FEATURES } from "../../../src/catalogue/index.ts";
import type { Item } from "../../../src/events/index.ts";
import { type Content, ContentBuilder } from "../../../src/learn/index.ts";
import { logItems } from "../log.ts";
import { type Row, readTable } from "../table.ts";
import type { Protocol } from "./description.ts";
import { readText } from "./lines.ts";
import { checkColumns } from "./log-rows.ts";

const TITLE = ["title", "name"];
const CATEGORIES = ["categories", "genres", "category"];
const BRAND = ["brand"];

/** What the folder says of the items that occur in the rows, in the order of `itemIds`; null when it says nothing. */
export async function readItems(
  folder: string,
  protocol: Protocol,
  itemIds: readonly string[],
): Promise<Item[] | null> {
  const found = new Map<string, Item>();
  if (protocol.task === "log") {
    if (protocol.items !== undefined) {
      const { id, title, categories } = protocol.items;
      const file = path.join(folder, protocol.items.file);
      const rows = await readTable(file);
      checkColumns(file, rows, [id, title, categories.split(" ")[0] ?? ""]);
      for (const item of logItems({ items: protocol.items }, rows)) found.set(item.item_id, item);
    }
  } else {
    if (protocol.items !== undefined) {
      const rows = await readAnyTable(path.join(folder, protocol.items));
      for (const item of itemsOf(rows, new Set(itemIds))) found.set(item.item_id, item);
    }
    if (protocol.attributes !== undefined) {
      addAttributes(found, JSON.parse(await readText(path.join(folder, protocol.attributes))));
    }
  }
  return found.size === 0 ? null : itemIds.map((id) => found.get(id) ?? { item_id: id });
}

/** As production describes items. */
export function contentOf(items: readonly Item[]): Content {
  const content = new ContentBuilder(items.length, LATE_FEATURES);
  for (const item of items) content.add(contentFeatures(item, LATE_FEATURES));
  return content.build();
}

/** A table with tabs (nothing is quoted there) or with commas. */
async function readAnyTable(file: string): Promise<Row[]> {
  if (!/\.tsv(\.gz)?$/.test(file)) return readTable(file);
  const [header = "", ...lines] = (await readText(file)).split(/\r?\n/);
  const names = header.split("\t");
  return lines
    .filter((line) => line !== "")
    .map((line) => {
      const cells = line.split("\t");
      return Object.fromEntries(names.map((name, column) => [name, cells[column] ?? ""]));
    });
}

/** The column that names most of the items is their id: tables often hold another id beside it. */
function itemsOf(rows: readonly Row[], ids: ReadonlySet<string>): Item[] {
  const columns = Object.keys(rows[0] ?? {});
  const known = (column: string) =>
    new Set(rows.map((row) => row[column]).filter((id) => ids.has(id ?? ""))).size;
  const [idColumn] = columns
    .map((name) => ({ name, count: known(name) }))
    .reduce((best, one) => (one.count > best[1] ? [one.name, one.count] : best), ["", 0] as [string, number]);
  const cell = (row: Row, names: readonly string[]) => {
    const name = columns.find((column) => names.includes(column.toLowerCase()));
    return name === undefined ? "" : (row[name] ?? "");
  };
  return rows.map((row) => {
    const [title, brand] = [cell(row, TITLE), cell(row, BRAND)];
    const categories = cell(row, CATEGORIES).split("|").filter(Boolean);
    return {
      item_id: row[idColumn] ?? "",
      ...(title === "" ? {} : { title }),
      ...(brand === "" ? {} : { brand }),
      ...(categories.length === 0 ? {} : { categories }),
    };
  });
}

/** `{ item: [attribute, …] }`: brands and categories, whichever is which. */
function addAttributes(items: Map<string, Item>, attributes: Record<string, readonly unknown[]>): void {
  for (const [id, values] of Object.entries(attributes)) {
    const item = items.get(id) ?? { item_id: id };
    items.set(id, { ...item, categories: [...(item.categories ?? []), ...values.map(String)] });
  }
}
