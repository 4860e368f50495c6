import type { Bytes } from "./bytes.ts";

/** Numbers of Parquet's `Encoding`. */
export const ENCODING = { plain: 0, levels: 3, dictionary: 8 } as const;

export interface PageHeader {
  kind: "data" | "dictionary";
  plainBytes: number;
  storedBytes: number;
  /** Values of the page, nulls included. */
  count: number;
  encoding: number;
}

const I32 = 5;
const STRUCT = 12;

/** Parquet's `PageHeader` in Thrift's compact protocol: each field is its distance to the last one's id, its type, its value. */
export function writePageHeader(
  out: Bytes,
  { kind, plainBytes, storedBytes, count, encoding }: PageHeader,
): void {
  const isData = kind === "data";
  writeInt(out, isData ? 0 : 2);
  writeInt(out, plainBytes);
  writeInt(out, storedBytes);
  // Field 5 is a data page's header, field 7 a dictionary page's; the last field was 3.
  out.byte(((isData ? 2 : 4) << 4) | STRUCT);
  writeInt(out, count);
  writeInt(out, encoding);
  if (isData) {
    writeInt(out, ENCODING.levels);
    writeInt(out, ENCODING.levels);
  }
  out.byte(0);
  out.byte(0);
}

/** The next field, a number from 0: zigzag doubles it. */
function writeInt(out: Bytes, value: number): void {
  out.byte((1 << 4) | I32);
  out.varint(value * 2);
}
