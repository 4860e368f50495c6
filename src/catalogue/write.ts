import { ByteWriter, type ColumnSource, parquetWrite } from "hyparquet-writer";
import { type CatalogItem, TEXT_COLUMN_NAMES, TEXT_COLUMNS } from "./columns.ts";

/** Items encoded between two turns of the thread: about 20 ms of work. */
const ROW_GROUP_ITEMS = 1_000;

/**
 * `catalog.parquet`: row i is the item with index i of the model's graph. Standard Parquet, so that any engine reads it.
 * `yieldTo` lets other work run, after every 1,000 items.
 */
export async function writeCatalog(
  items: readonly CatalogItem[],
  { yieldTo }: { yieldTo?: () => Promise<void> } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const writer = new ByteWriter();
  // The writer flushes after every row group and waits for it: a flush to memory has nothing to do but give way.
  const flush = async () => yieldTo?.();
  // Statistics would be of no use: the file is always read whole.
  const options = { columnData: columnsOf(items), rowGroupSize: ROW_GROUP_ITEMS, statistics: false };
  await parquetWrite({ ...options, writer: Object.assign(writer, { flush }) });
  return new Uint8Array(writer.getBuffer());
}

function columnsOf(items: readonly CatalogItem[]): ColumnSource[] {
  const column = (
    name: string,
    type: NonNullable<ColumnSource["type"]>,
    cell: (item: CatalogItem) => unknown,
    nullable = true,
  ): ColumnSource => ({ name, type, nullable, data: items.map((item) => cell(item) ?? null) });

  return [
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
}
