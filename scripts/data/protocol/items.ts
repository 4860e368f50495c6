import path from "node:path";
import { z } from "zod";
import { contentFeatures, LATE_FEATURES } from "../../../src/catalogue/index.ts";
import type { Item } from "../../../src/events/index.ts";
import { type Content, ContentBuilder } from "../../../src/learn/index.ts";
import { type LogProtocol, logItems } from "../log.ts";
import { type Row, readTable } from "../table.ts";
import { type Protocol, parseJson } from "./description.ts";
import { readText } from "./lines.ts";
import { checkColumns } from "./log-rows.ts";

const TITLE = ["title", "name"];
const CATEGORIES = ["categories", "genres", "category"];
const BRAND = ["brand"];

/**
 * What the folder says of the items that occur in the rows, in the order of `itemIds`; null when it says nothing. Throws a sentence
 * with the file where that describes none of them.
 */
export async function readItems(
  folder: string,
  protocol: Protocol,
  itemIds: readonly string[],
): Promise<Item[] | null> {
  const found = new Map<string, Item>();
  const ids = new Set(itemIds);
  const add = (name: string, items: readonly Item[]) => {
    if (!items.some(({ item_id }) => ids.has(item_id))) {
      throw new Error(`${path.join(folder, name)} describes none of the ${ids.size} items of the rows`);
    }
    for (const item of items) found.set(item.item_id, item);
  };
  if (protocol.task === "log") {
    if (protocol.items !== undefined) add(protocol.items.file, await itemsOfLog(folder, protocol.items));
  } else {
    const { items, attributes } = protocol;
    if (items !== undefined) add(items, itemsOf(await readAnyTable(path.join(folder, items)), ids));
    if (attributes !== undefined) {
      const lists = await readAttributes(path.join(folder, attributes));
      add(attributes, withAttributes(found, lists));
    }
  }
  return found.size === 0 ? null : itemIds.map((id) => found.get(id) ?? { item_id: id });
}

async function itemsOfLog(folder: string, items: LogProtocol["items"]): Promise<Item[]> {
  const file = path.join(folder, items.file);
  const rows = await readTable(file);
  checkColumns(file, rows, [items.id, items.title, items.categories.split(" ")[0] ?? ""]);
  return logItems({ items }, rows);
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
const attributesSchema = z.record(z.string(), z.array(z.union([z.string(), z.number(), z.boolean()])));

async function readAttributes(file: string): Promise<z.infer<typeof attributesSchema>> {
  const parsed = attributesSchema.safeParse(parseJson(await readText(file), file));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const of = issue === undefined || issue.path.length === 0 ? "" : ` of ${issue.path.join(", ")}`;
  throw new Error(`${file} must give each item a list of attributes: ${issue?.message}${of}`);
}

function withAttributes(
  items: ReadonlyMap<string, Item>,
  attributes: z.infer<typeof attributesSchema>,
): Item[] {
  return Object.entries(attributes).map(([id, values]) => {
    const item = items.get(id) ?? { item_id: id };
    return { ...item, categories: [...(item.categories ?? []), ...values.map(String)] };
  });
}
