import { assert } from "../../base/index.ts";
import type { ColumnType } from "../../events/index.ts";
import type { AnyColumn } from "../tables/table.ts";
import { type Bounds, boundsOf } from "./bounds.ts";
import { Bytes } from "./bytes.ts";
import { type Effort, ZSTD_SAFE_BYTES, zstdCompress } from "./codec.ts";
import { type Dictionary, dictionaryOf } from "./dictionary.ts";
import { bitWidth, writeHybrid } from "./levels.ts";
import { ENCODING, writePageHeader } from "./page.ts";

/** A column of one row group: a dictionary page perhaps, and data pages. */
export interface ColumnChunk extends Bounds {
  bytes: Uint8Array<ArrayBuffer>;
  values: number;
  codec: "ZSTD" | "UNCOMPRESSED";
  hasDictionary: boolean;
  /** Where the first data page begins in `bytes`. */
  dataOffset: number;
  uncompressedBytes: number;
}

/** Below this a page's compressed form is hardly shorter, and the call costs more than its bytes. */
const COMPRESS_BYTES_MIN = 128;

/** A page is compressed by itself; longer ones are cut, to what every runtime's Zstandard can compress. */
const PAGE_BYTES_MAX = ZSTD_SAFE_BYTES;

/**
 * Encodes a column's cells: null and undefined are null, times are ms, json is text already. Only what every reader of
 * Parquet has known for ten years is used, version 1 data pages with PLAIN or dictionary values: vectorised readers refuse
 * newer encodings.
 */
export function encodeColumn(column: AnyColumn, cells: readonly unknown[], effort: Effort): ColumnChunk {
  const values = presentValues(column, cells);
  const dictionary = dictionaryOf(column.type, values);
  const distinct = dictionary?.values ?? values;
  const data = dataPages(column, { cells, values, dictionary });
  const dictionaryPage = new Bytes(1024);
  if (dictionary !== null) writePlain(dictionaryPage, column.type, distinct);
  const plainBytes = data.reduce((sum, { bytes }) => sum + bytes.length, dictionaryPage.length);
  const compress = plainBytes >= COMPRESS_BYTES_MIN;
  const pages = new Bytes(plainBytes + 256);
  let uncompressedBytes = 0;
  const writePage = (page: Bytes, kind: "data" | "dictionary", count: number) => {
    const plain = page.written();
    const stored = compress ? zstdCompress(plain, effort) : plain;
    const encoding = kind === "data" && dictionary !== null ? ENCODING.dictionary : ENCODING.plain;
    const before = pages.length;
    writePageHeader(pages, { kind, plainBytes: plain.length, storedBytes: stored.length, count, encoding });
    uncompressedBytes += pages.length - before + plain.length;
    pages.append(stored);
  };
  if (dictionary !== null) writePage(dictionaryPage, "dictionary", distinct.length);
  const dataOffset = pages.length;
  for (const { bytes, count } of data) writePage(bytes, "data", count);
  return {
    bytes: pages.written().slice(),
    values: cells.length,
    codec: compress ? "ZSTD" : "UNCOMPRESSED",
    hasDictionary: dictionary !== null,
    dataOffset,
    uncompressedBytes,
    nullCount: cells.length - values.length,
    ...boundsOf(column.type, distinct),
  };
}

/** Cells of a page or more: `values` are those present, and `dictionary`, if any, has their indexes in that order. */
interface Rows {
  cells: readonly unknown[];
  values: readonly unknown[];
  dictionary: Dictionary | null;
}

/** The cells as one page, or as several of about the same number of rows where it would be too long. */
function dataPages(column: AnyColumn, rows: Rows): { bytes: Bytes; count: number }[] {
  const bytes = dataPage(column, rows);
  const count = rows.cells.length;
  const parts = Math.min(count, Math.ceil((1.2 * bytes.length) / PAGE_BYTES_MAX));
  if (bytes.length <= PAGE_BYTES_MAX || parts < 2) return [{ bytes, count }];
  return Array.from({ length: parts }, (_, part) => Math.floor((part * count) / parts)).flatMap(
    (from, part) => dataPages(column, slice(rows, from, Math.floor(((part + 1) * count) / parts))),
  );
}

function slice({ cells, values, dictionary }: Rows, from: number, to: number): Rows {
  const part = cells.slice(from, to);
  const isPresent = (cell: unknown) => cell !== null && cell !== undefined;
  const hasNulls = values.length < cells.length;
  const valuesFrom = hasNulls ? cells.slice(0, from).filter(isPresent).length : from;
  const valuesTo = valuesFrom + (hasNulls ? part.filter(isPresent).length : part.length);
  return {
    cells: part,
    values: values.slice(valuesFrom, valuesTo),
    dictionary:
      dictionary === null ? null : { ...dictionary, indexes: dictionary.indexes.slice(valuesFrom, valuesTo) },
  };
}

function dataPage({ type, required }: AnyColumn, { cells, values, dictionary }: Rows): Bytes {
  const page = new Bytes(1024);
  if (!required) writeDefinitionLevels(page, cells, cells.length - values.length);
  if (dictionary === null) writePlain(page, type, values);
  else {
    const width = bitWidth(dictionary.values.length - 1);
    page.byte(width);
    writeHybrid(page, dictionary.indexes, width);
  }
  return page;
}

function presentValues({ name, required }: AnyColumn, cells: readonly unknown[]): readonly unknown[] {
  if (!cells.includes(undefined) && !cells.includes(null)) return cells;
  assert(!required, `column ${name} has a value in every row`);
  return cells.filter((cell) => cell !== null && cell !== undefined);
}

/** 1 where there is a value, 0 where there is none, behind their length in bytes. */
function writeDefinitionLevels(out: Bytes, cells: readonly unknown[], nullCount: number): void {
  const levels = new Bytes(64 + (cells.length >> 3));
  const present = new Uint8Array(cells.length).fill(1);
  if (nullCount > 0) {
    for (let i = 0; i < cells.length; i++) {
      if (cells[i] === null || cells[i] === undefined) present[i] = 0;
    }
  }
  writeHybrid(levels, present, 1);
  out.uint32(levels.length);
  out.append(levels.written());
}

function writePlain(out: Bytes, type: ColumnType, values: readonly unknown[]): void {
  switch (type) {
    case "string":
    case "json":
      for (const value of values) out.text(value as string);
      return;
    case "timestamp_ms":
      for (const value of values) out.microsOf(value as number);
      return;
    case "long":
      for (const value of values) out.int64(value as number);
      return;
    case "double":
      for (const value of values) out.float64(value as number);
      return;
    case "boolean":
      writeBits(out, values as readonly boolean[]);
  }
}

function writeBits(out: Bytes, values: readonly boolean[]): void {
  for (let from = 0; from < values.length; from += 8) {
    let byte = 0;
    for (let bit = 0; bit < 8; bit++) if (values[from + bit] === true) byte |= 1 << bit;
    out.byte(byte);
  }
}
