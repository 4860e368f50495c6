import { assert } from "../../base/index.ts";
import type { AnyColumn } from "../tables/table.ts";
import { type Bounds, boundsOf } from "./bounds.ts";
import { Bytes } from "./bytes.ts";
import { type Effort, FRAME_BYTES_MAX, zstdCompress } from "./codec.ts";
import { type Dictionary, dictionaryOf } from "./dictionary.ts";
import { bitWidth, writeHybrid } from "./levels.ts";
import { ENCODING, writePageHeader } from "./page.ts";
import { plainBytes, writePlain } from "./plain.ts";

/** A column of one row group: a dictionary page perhaps, and data pages. */
export interface ColumnChunk extends Bounds {
  /** One after the other, of `storedBytes` together. */
  parts: readonly Uint8Array[];
  storedBytes: number;
  values: number;
  codec: "ZSTD" | "UNCOMPRESSED";
  hasDictionary: boolean;
  /** Where the first data page begins. */
  dataOffset: number;
  uncompressedBytes: number;
}

interface Page {
  kind: "data" | "dictionary";
  bytes: Bytes;
  /** Values, nulls included. */
  count: number;
}

/** Below this a column stays as it is: in a fresh file the call's time is worth more than what it saves until compaction. */
const COMPRESS_BYTES_MIN = { fresh: 1_000, compact: 128 } as const;

/**
 * Encodes a column's cells: null and undefined are null, times are ms, json is text already. Only what every reader of
 * Parquet has known for ten years is used, version 1 data pages with PLAIN or dictionary values: vectorised readers refuse
 * newer encodings.
 */
export function encodeColumn(column: AnyColumn, cells: readonly unknown[], effort: Effort): ColumnChunk {
  const values = presentValues(column, cells);
  const dictionary = dictionaryOf(column.type, values);
  const distinct = dictionary?.values ?? values;
  const pages: Page[] = [];
  if (dictionary !== null) {
    const bytes = new Bytes(plainBytes(column.type, distinct) + SPARE_BYTES);
    writePlain(bytes, column.type, distinct);
    pages.push({ kind: "dictionary", bytes, count: distinct.length });
  }
  for (const part of partsOf(column, { cells, values, dictionary })) {
    pages.push({ kind: "data", bytes: dataPage(column, part), count: part.cells.length });
  }
  return {
    ...storedPages(pages, effort),
    values: cells.length,
    hasDictionary: dictionary !== null,
    nullCount: cells.length - values.length,
    ...boundsOf(column.type, distinct),
  };
}

function presentValues({ name, required }: AnyColumn, cells: readonly unknown[]): readonly unknown[] {
  if (!cells.includes(undefined) && !cells.includes(null)) return cells;
  assert(!required, `column ${name} has a value in every row`);
  return cells.filter(isPresent);
}

function isPresent(cell: unknown): boolean {
  return cell !== null && cell !== undefined;
}

/** Cells of a page: `values` are those present, and `dictionary`, if any, has the indexes of these. */
interface Part {
  cells: readonly unknown[];
  values: readonly unknown[];
  dictionary: Dictionary | null;
}

/** Beyond what a page is expected to need, so that it does not grow: each time would cost its size again. */
const SPARE_BYTES = 512;

/** The cells in parts of about one frame each: a page is what readers decompress at once. */
function partsOf({ type }: AnyColumn, whole: Part): Part[] {
  const { cells, values, dictionary } = whole;
  const bytes = valueBytes(type, whole);
  const count = Math.min(cells.length, Math.ceil(bytes / FRAME_BYTES_MAX));
  if (count < 2) return [whole];
  let from = 0;
  let valuesFrom = 0;
  return Array.from({ length: count }, (_, index): Part => {
    const to = Math.floor(((index + 1) * cells.length) / count);
    const part = cells.slice(from, to);
    const valuesTo =
      valuesFrom + (values.length === cells.length ? part.length : part.filter(isPresent).length);
    const indexes = dictionary?.indexes.slice(valuesFrom, valuesTo);
    const some = values.slice(valuesFrom, valuesTo);
    [from, valuesFrom] = [to, valuesTo];
    return {
      cells: part,
      values: some,
      dictionary: dictionary === null || indexes === undefined ? null : { ...dictionary, indexes },
    };
  });
}

/** How long the page's values get, about. */
function valueBytes(type: AnyColumn["type"], { values, dictionary }: Part): number {
  if (dictionary === null) return plainBytes(type, values);
  return (values.length * bitWidth(dictionary.values.length - 1)) / 8;
}

function dataPage({ type, required }: AnyColumn, part: Part): Bytes {
  const { cells, values, dictionary } = part;
  const page = new Bytes(Math.ceil(valueBytes(type, part) + cells.length / 8) + SPARE_BYTES);
  if (!required) writeDefinitionLevels(page, cells, cells.length - values.length);
  if (dictionary === null) writePlain(page, type, values);
  else {
    const width = bitWidth(dictionary.values.length - 1);
    page.byte(width);
    writeHybrid(page, dictionary.indexes, width);
  }
  return page;
}

/** 1 where there is a value, 0 where there is none, behind their length in bytes. */
function writeDefinitionLevels(out: Bytes, cells: readonly unknown[], nullCount: number): void {
  const levels = new Bytes(64 + (cells.length >> 3));
  const present = new Uint8Array(cells.length).fill(1);
  if (nullCount > 0) {
    for (let i = 0; i < cells.length; i++) if (!isPresent(cells[i])) present[i] = 0;
  }
  writeHybrid(levels, present, 1);
  out.uint32(levels.length);
  out.append(levels.written());
}

/** Pages with their headers, compressed if that pays for the column as a whole. */
function storedPages(
  pages: readonly Page[],
  effort: Effort,
): Pick<ColumnChunk, "parts" | "storedBytes" | "codec" | "dataOffset" | "uncompressedBytes"> {
  const compress = pages.reduce((sum, { bytes }) => sum + bytes.length, 0) >= COMPRESS_BYTES_MIN[effort];
  const hasDictionary = pages[0]?.kind === "dictionary";
  const parts: Uint8Array[] = [];
  let dataOffset = 0;
  let uncompressedBytes = 0;
  for (const { kind, bytes, count } of pages) {
    const plain = bytes.written();
    const stored = compress ? zstdCompress(plain, effort) : plain;
    const encoding = kind === "data" && hasDictionary ? ENCODING.dictionary : ENCODING.plain;
    const header = new Bytes(64);
    writePageHeader(header, { kind, plainBytes: plain.length, storedBytes: stored.length, count, encoding });
    parts.push(header.written(), stored);
    uncompressedBytes += header.length + plain.length;
    if (kind === "dictionary") dataOffset = header.length + stored.length;
  }
  const storedBytes = parts.reduce((sum, part) => sum + part.byteLength, 0);
  return { parts, storedBytes, codec: compress ? "ZSTD" : "UNCOMPRESSED", dataOffset, uncompressedBytes };
}
