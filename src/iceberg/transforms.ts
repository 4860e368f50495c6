import { DAY_MS, unreachable } from "../base/index.ts";
import { type CellType, encodeCell } from "./cells.ts";
import { murmur3x32 } from "./murmur3.ts";
import type { Cell, FieldType, Transform } from "./types.ts";

/** The partition value of a column's value; null stays null. */
export function applyTransform(transform: Transform, type: FieldType, value: Cell): Cell {
  if (value === null) return null;
  switch (transform.kind) {
    case "identity":
      return value;
    case "day":
      return Math.floor(Number(value) / DAY_MS);
    case "bucket":
      // The specification hashes the single-value serialisation of these types: integers as longs, times in microseconds.
      return (murmur3x32(encodeCell(type, value)) & 0x7fffffff) % transform.buckets;
    default:
      return unreachable(transform);
  }
}

/** What a range of the column says of the partition value: a range too, open where an end is null; null when it says nothing. */
export function projectRange(
  transform: Transform,
  type: FieldType,
  { min = null, max = null }: { min?: Cell; max?: Cell },
): { min: Cell; max: Cell } | null {
  if (min === null && max === null) return null;
  if (transform.kind === "bucket" && min !== max) return null;
  return { min: applyTransform(transform, type, min), max: applyTransform(transform, type, max) };
}

export function resultType(transform: Transform, type: FieldType): CellType {
  if (transform.kind === "identity") return type;
  return transform.kind === "day" ? "date" : "int";
}

export function transformText(transform: Transform): string {
  return transform.kind === "bucket" ? `bucket[${transform.buckets}]` : transform.kind;
}

/** Throws for a transform that is not one of ours. */
export function parseTransform(text: string): Transform {
  if (text === "identity" || text === "day") return { kind: text };
  const buckets = /^bucket\[(\d+)\]$/.exec(text)?.[1];
  if (buckets === undefined) throw new TypeError(`partition transform ${text}`);
  return { kind: "bucket", buckets: Number(buckets) };
}
