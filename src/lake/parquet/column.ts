import { assert } from "../../base/index.ts";
import type { ColumnType } from "../../events/index.ts";
import type { AnyColumn } from "../tables/table.ts";
import { type Bounds, boundsOf } from "./bounds.ts";
import { Bytes } from "./bytes.ts";
import { type Effort, zstdCompress } from "./codec.ts";
import { dictionaryOf } from "./dictionary.ts";
import { bitWidth, writeHybrid } from "./levels.ts";
import { ENCODING, writePageHeader } from "./page.ts";

/** A column of one row group: a dictionary page perhaps, and one data page. */
export interface ColumnChunk extends Bounds {
  bytes: Uint8Array<ArrayBuffer>;
  values: number;
  codec: "ZSTD" | "UNCOMPRESSED";
  hasDictionary: boolean;
  /** Where the data page begins in `bytes`. */
  dataOffset: number;
  uncompressedBytes: number;
}

/** Below this a page's compressed form is hardly shorter, and the call costs more than its bytes. */
const COMPRESS_BYTES_MIN = 128;

/**
 * Encodes a column's cells: null and undefined are null, times are ms, json is text already. Only what every reader of
 * Parquet has known for ten years is used, version 1 data pages with PLAIN or dictionary values: vectorised readers refuse
 * newer encodings.
 */
export function encodeColumn(column: AnyColumn, cells: readonly unknown[], effort: Effort): ColumnChunk {
  const values = presentValues(column, cells);
  const nullCount = cells.length - values.length;
  const dictionary = dictionaryOf(column.type, values);
  const distinct = dictionary?.values ?? values;
  const data = new Bytes(1024);
  if (!column.required) writeDefinitionLevels(data, cells, nullCount);
  if (dictionary === null) writePlain(data, column.type, values);
  else {
    const width = bitWidth(dictionary.values.length - 1);
    data.byte(width);
    writeHybrid(data, dictionary.indexes, width);
  }
  const bounds = boundsOf(column.type, distinct);
  const pages = new Bytes(data.length + 256);
  const dictionaryPage = dictionary === null ? null : new Bytes(1024);
  if (dictionaryPage !== null) writePlain(dictionaryPage, column.type, distinct);
  const compress = data.length + (dictionaryPage?.length ?? 0) >= COMPRESS_BYTES_MIN;
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
  if (dictionaryPage !== null) writePage(dictionaryPage, "dictionary", distinct.length);
  const dataOffset = pages.length;
  writePage(data, "data", cells.length);
  return {
    bytes: pages.written().slice(),
    values: cells.length,
    codec: compress ? "ZSTD" : "UNCOMPRESSED",
    hasDictionary: dictionary !== null,
    dataOffset,
    uncompressedBytes,
    nullCount,
    ...bounds,
  };
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
