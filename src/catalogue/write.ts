import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { type CatalogItem, TEXT_COLUMN_NAMES, TEXT_COLUMNS } from "./columns.ts";

export type { CatalogItem };

/** `catalog.parquet`: row i is the item with index i of the model's graph. Standard Parquet, so that any engine reads it. */
export async function writeCatalog(items: readonly CatalogItem[]): Promise<Uint8Array<ArrayBuffer>> {
  const column = (
    name: string,
    type: NonNullable<ColumnSource["type"]>,
    cell: (item: CatalogItem) => unknown,
    nullable = true,
  ): ColumnSource => ({ name, type, nullable, data: items.map((item) => cell(item) ?? null) });

  const columnData = [
    column("item_id", "STRING", (item) => item.item_id, false),
    column("hidden", "BOOLEAN", (item) => item.hidden === true, false),
    column("popularity", "DOUBLE", (item) => item.popularity, false),
    column("price", "DOUBLE", (item) => item.price),
    column("stock", "INT64", (item) => (item.stock === undefined ? null : BigInt(item.stock))),
    column("published_at", "TIMESTAMP", (item) =>
      item.published_at === undefined ? null : new Date(item.published_at),
    ),
    ...TEXT_COLUMN_NAMES.map((name) =>
      column(name, TEXT_COLUMNS[name] === "json" ? "JSON" : "STRING", (item) => item[name]),
    ),
  ];
  // Statistics would be of no use: the file is always read whole.
  return new Uint8Array(parquetWriteBuffer({ columnData, statistics: false }));
}
