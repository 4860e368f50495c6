import { parquetMetadataAsync, parquetRead } from "hyparquet";
import { type NumberColumn, TEXT_COLUMN_NAMES, TEXT_COLUMNS, type TextColumn } from "./columns.ts";
import { PackedColumn } from "./packed.ts";

/** The items of one model, by index. N = `size`. Absent numbers are NaN. */
export interface Catalogue {
  readonly size: number;
  /** About what it holds in memory: for the scorer's bookkeeping. */
  readonly bytes: number;
  /** [N] Model order. */
  readonly ids: readonly string[];
  readonly idToIndex: ReadonlyMap<string, number>;
  /** [N] 1 where hidden. */
  readonly hidden: Uint8Array;
  /** [N] each. */
  readonly price: Float64Array;
  readonly stock: Float64Array;
  readonly publishedAtMs: Float64Array;
  readonly popularity: Float64Array;
  /** The fields named that the item has; unknown names are ignored. */
  fieldsOf(index: number, fields: readonly string[]): Record<string, unknown>;
}

/** An id's string and its entry of the map, measured on V8 with ids of 10 characters. */
const ID_BYTES = 80;

/** Reads `catalog.parquet`. Throws on bytes that are not such a file. */
export async function readCatalog(bytes: Uint8Array<ArrayBuffer>): Promise<Catalogue> {
  const file = await openColumns(bytes);
  const ids = (await file.read("item_id")).map((cell) => decoder.decode(cell as Uint8Array));
  const idToIndex = new Map(ids.map((id, index) => [id, index]));
  if (idToIndex.size !== ids.length) throw new Error("catalog.parquet names an item twice");
  const hidden = Uint8Array.from(await file.read("hidden"), (cell) => (cell === true ? 1 : 0));
  const numbers = async (name: NumberColumn) =>
    Float64Array.from(await file.read(name), (cell) =>
      cell === null || cell === undefined ? Number.NaN : Number(cell),
    );
  const price = await numbers("price");
  const stock = await numbers("stock");
  const publishedAtMs = await numbers("published_at");
  const popularity = await numbers("popularity");
  const texts = new Map<string, PackedColumn>();
  // One column after the other: the decoded cells of one are garbage before the next are made.
  for (const name of TEXT_COLUMN_NAMES) {
    texts.set(name, new PackedColumn((await file.read(name)) as (Uint8Array | null)[]));
  }
  const packedBytes = [...texts.values()].reduce((sum, column) => sum + column.byteLength, 0);
  return {
    size: ids.length,
    bytes: packedBytes + ids.length * (ID_BYTES + 1 + 4 * 8),
    ids,
    idToIndex,
    hidden,
    price,
    stock,
    publishedAtMs,
    popularity,
    fieldsOf(index, fields) {
      const found: Record<string, unknown> = {};
      for (const field of fields) {
        const value =
          field === "price"
            ? known(price[index])
            : field === "published_at"
              ? known(publishedAtMs[index])
              : textOf(texts, index, field);
        if (value !== undefined) found[field] = value;
      }
      return found;
    },
  };
}

const decoder = new TextDecoder();

function known(value: number | undefined): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}

function textOf(texts: ReadonlyMap<string, PackedColumn>, index: number, field: string): unknown {
  const text = texts.get(field)?.at(index);
  return text !== undefined && TEXT_COLUMNS[field as TextColumn] === "json" ? JSON.parse(text) : text;
}

type Cells = ArrayLike<unknown>;

/** Reads columns one by one; text and JSON stay undecoded bytes, times become milliseconds. */
async function openColumns(bytes: Uint8Array<ArrayBuffer>) {
  const whole = bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
  const file = {
    byteLength: whole.byteLength,
    slice: (start: number, end?: number) => whole.slice(start, end),
  };
  const metadata = await parquetMetadataAsync(file);
  const raw = (cell: Uint8Array) => cell;
  const parsers = { stringFromBytes: raw, jsonFromBytes: raw, timestampFromMilliseconds: Number };
  return {
    async read(name: string): Promise<unknown[]> {
      const chunks: { rowStart: number; cells: Cells }[] = [];
      await parquetRead({
        file,
        metadata,
        parsers,
        columns: [name],
        onChunk: ({ rowStart, columnData }) => chunks.push({ rowStart, cells: columnData as Cells }),
      });
      const column: unknown[] = new Array(Number(metadata.num_rows));
      for (const { rowStart, cells } of chunks) {
        for (let row = 0; row < cells.length; row++) column[rowStart + row] = cells[row];
      }
      return column;
    },
  };
}
