import {
  type ColumnMetaData,
  type DecodedArray,
  type FileMetaData,
  parquetMetadataAsync,
  parquetScan,
} from "hyparquet";
import { assert, type ObjectStore } from "../../base/index.ts";
import type { Cell, ColumnType } from "../../events/index.ts";
import type { AnyColumn } from "../tables/table.ts";
import type { Bounds } from "./bounds.ts";
import { DECOMPRESSORS } from "./codec.ts";
import { type OnRead, RangeBuffer } from "./range-buffer.ts";

/** A file up to this size is read whole: one call in place of three, at the cost of bytes that are free in R2. */
const WHOLE_FILE_BYTES_MAX = 256_000;
/** Footers of our files have some KB; this reads nearly all of them in one call. */
const FOOTER_BYTES = 32_000;

const PARSERS = {
  /** Milliseconds as numbers, exact for every time that a `Date` can hold. */
  timestampFromMicroseconds: (micros: bigint) =>
    micros < EXACT_MICROS && micros > -EXACT_MICROS ? Number(micros) / 1_000 : Number(micros / 1_000n),
  stringFromBytes: textOf,
};
const EXACT_MICROS = 2n ** 53n;

const decoder = new TextDecoder();
/** Ids and paths are no longer; a call has its arguments on the stack. */
const SHORT_TEXT_BYTES = 128;

/** Short ASCII, which most texts are, without a call out of JavaScript, that costs more than the text. */
function textOf(bytes: Uint8Array): string {
  if (bytes.byteLength > SHORT_TEXT_BYTES) return decoder.decode(bytes);
  for (let i = 0; i < bytes.byteLength; i++) if ((bytes[i] as number) >= 0x80) return decoder.decode(bytes);
  return String.fromCharCode.apply(null, bytes as unknown as number[]);
}

/** One data file, its footer read. */
export class ParquetReader {
  readonly path: string;
  readonly bytes: number;
  /** Rows of each row group. */
  readonly groups: readonly number[];
  readonly #buffer: RangeBuffer;
  readonly #metadata: FileMetaData;
  readonly #present: ReadonlySet<string>;

  private constructor(path: string, buffer: RangeBuffer, metadata: FileMetaData) {
    this.path = path;
    this.bytes = buffer.byteLength;
    this.groups = metadata.row_groups.map(({ num_rows }) => Number(num_rows));
    this.#buffer = buffer;
    this.#metadata = metadata;
    this.#present = new Set(metadata.schema.slice(1).map(({ name }) => name));
  }

  static async open(
    store: ObjectStore,
    file: { path: string; bytes: number },
    onRead?: OnRead,
  ): Promise<ParquetReader> {
    const buffer = new RangeBuffer(store, file, onRead);
    if (file.bytes <= WHOLE_FILE_BYTES_MAX) await buffer.prefetch([{ from: 0, to: file.bytes }]);
    const metadata = await parquetMetadataAsync(buffer, { parsers: PARSERS, initialFetchSize: FOOTER_BYTES });
    return new ParquetReader(file.path, buffer, metadata);
  }

  /** What the footer says of a column in a group; a column that the file is too old to have is null throughout. */
  bounds(group: number, column: AnyColumn): Bounds {
    if (!this.#present.has(column.name)) return { nullCount: this.groups[group] ?? 0 };
    const { statistics } = this.#chunk(group, column.name);
    return {
      nullCount: Number(statistics?.null_count ?? 0),
      ...(statistics?.min_value === undefined ? {} : { min: plainBound(statistics.min_value) }),
      ...(statistics?.max_value === undefined ? {} : { max: plainBound(statistics.max_value) }),
    };
  }

  /** A group's values as the file has them, in as few calls as the columns' places allow; `plainCells` makes cells of them. */
  async read(group: number, columns: readonly AnyColumn[]): Promise<Map<string, DecodedArray>> {
    const rowGroup = this.#metadata.row_groups[group];
    assert(rowGroup !== undefined, `${this.path} has a row group ${group}`);
    const stored = columns.filter(({ name }) => this.#present.has(name));
    if (this.bytes > WHOLE_FILE_BYTES_MAX && stored.length > 0) {
      await this.#buffer.prefetch(stored.map(({ name }) => chunkRange(this.#chunk(group, name))));
    }
    if (stored.length === 0) return new Map();
    // Of this group alone, and for this reading alone: a scan holds on to what it decoded last of each column.
    const scan = await parquetScan({
      file: this.#buffer,
      metadata: { ...this.#metadata, num_rows: rowGroup.num_rows, row_groups: [rowGroup] },
      parsers: PARSERS,
      compressors: DECOMPRESSORS,
    });
    const range = { rowStart: 0, rowEnd: Number(rowGroup.num_rows) };
    const read = new Map<string, DecodedArray>();
    // One after the other, for decoding waits for nothing: so no column's pages wait for another's.
    for (const { name } of stored) read.set(name, await scan.readColumn({ column: name, ...range }));
    if (this.bytes > WHOLE_FILE_BYTES_MAX) this.#buffer.release();
    return read;
  }

  #chunk(group: number, name: string): ColumnMetaData {
    const columns = this.#metadata.row_groups[group]?.columns ?? [];
    const metadata = columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === name)?.meta_data;
    assert(metadata !== undefined, `${this.path} has column ${name} in row group ${group}`);
    return metadata;
  }
}

function chunkRange({ dictionary_page_offset, data_page_offset, total_compressed_size }: ColumnMetaData) {
  const from = Number(dictionary_page_offset ?? data_page_offset);
  return { from, to: from + Number(total_compressed_size) };
}

function plainBound(value: unknown): Cell {
  return typeof value === "bigint" ? Number(value) : (value as Cell);
}

/**
 * Cells of the given rows, all when null: times in ms, json parsed, null where there is no value. Takes `values` over: where it
 * can it makes the cells in their place.
 */
export function plainCells(
  type: ColumnType,
  values: DecodedArray | undefined,
  rows: readonly number[] | null,
  count: number,
): unknown[] {
  if (rows === null && Array.isArray(values) && type !== "json") return withNulls(type, values);
  const length = rows === null ? count : rows.length;
  const cells: unknown[] = new Array(length).fill(null);
  if (values === undefined) return cells;
  for (let i = 0; i < length; i++) {
    const value: unknown = values[rows === null ? i : (rows[i] as number)];
    if (value !== null && value !== undefined) cells[i] = plainCell(type, value);
  }
  return cells;
}

function withNulls(type: ColumnType, values: unknown[]): unknown[] {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === undefined) values[i] = null;
    else if (type === "long" && value !== null) values[i] = Number(value);
  }
  return values;
}

function plainCell(type: ColumnType, value: unknown): unknown {
  if (type === "long") return Number(value);
  return type === "json" ? JSON.parse(value as string) : value;
}
