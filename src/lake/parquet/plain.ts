import type { ColumnType } from "../../events/index.ts";
import type { Bytes } from "./bytes.ts";

/** Parquet's PLAIN encoding of values without nulls. */
export function writePlain(out: Bytes, type: ColumnType, values: readonly unknown[]): void {
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

/** How long they get; less than the truth where a text is not ASCII. */
export function plainBytes(type: ColumnType, values: readonly unknown[]): number {
  if (type === "boolean") return values.length / 8;
  if (type !== "string" && type !== "json") return values.length * 8;
  let bytes = 0;
  for (const value of values) bytes += 4 + (value as string).length;
  return bytes;
}
