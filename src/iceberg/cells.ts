import { unreachable } from "../base/index.ts";
import { decodeText, encodeText } from "./text.ts";
import type { Cell, FieldType } from "./types.ts";

/** Types of columns, and those that transforms make of them. */
export type CellType = FieldType | "int" | "date";

const MICROS_PER_MS = 1_000n;

/**
 * The format's order of two values that are not null: text by its code points, as UTF-8 bytes order (JavaScript's `<` goes by
 * UTF-16 and differs beyond the basic plane); false before true.
 */
export function compareCells(a: Cell, b: Cell): number {
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  const left = Number(a);
  const right = Number(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    // Surrogates (D800–DFFF) stand for code points above all of the basic plane, E000–FFFF included.
    if (left !== right) return surrogatesLast(left) - surrogatesLast(right);
  }
  return a.length - b.length;
}

function surrogatesLast(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** Appendix D of the specification, "Binary single-value serialization". */
export function encodeCell(type: CellType, value: Exclude<Cell, null>): Uint8Array {
  if (type === "string") return encodeText(String(value));
  if (type === "boolean") return Uint8Array.of(value === true ? 1 : 0);
  const bytes = new Uint8Array(type === "int" || type === "date" ? 4 : 8);
  const view = new DataView(bytes.buffer);
  if (type === "double") view.setFloat64(0, Number(value), true);
  else if (type === "long") view.setBigInt64(0, BigInt(value), true);
  else if (type === "timestamptz") view.setBigInt64(0, BigInt(value) * MICROS_PER_MS, true);
  else if (type === "int" || type === "date") view.setInt32(0, Number(value), true);
  else unreachable(type);
  return bytes;
}

/** Inverse of `encodeCell`. A time that is finer than a millisecond is rounded down; `roundUp` rounds it up. */
export function decodeCell(type: CellType, bytes: Uint8Array, roundUp = false): Exclude<Cell, null> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (type) {
    case "string":
      return decodeText(bytes);
    case "boolean":
      return view.getUint8(0) !== 0;
    case "double":
      return view.getFloat64(0, true);
    case "long":
      return Number(view.getBigInt64(0, true));
    case "timestamptz":
      return (roundUp ? Math.ceil : Math.floor)(Number(view.getBigInt64(0, true)) / Number(MICROS_PER_MS));
    case "int":
    case "date":
      return view.getInt32(0, true);
    default:
      return unreachable(type);
  }
}

/** Characters of a text bound: a UUID or a tenant's name fits whole, an address does not fill the manifest. */
export const TEXT_BOUND_CHARS_MAX = 40;

/** A text no longer than the limit and no greater than `text`. */
export function lowerTextBound(given: string): string {
  const text = given.toWellFormed();
  if (text.length <= TEXT_BOUND_CHARS_MAX) return text;
  return [...text.slice(0, 2 * TEXT_BOUND_CHARS_MAX)].slice(0, TEXT_BOUND_CHARS_MAX).join("");
}

/** A text no longer than the limit and no less than `text`; null when there is none: no bound. */
export function upperTextBound(given: string): string | null {
  const text = given.toWellFormed();
  if (text.length <= TEXT_BOUND_CHARS_MAX) return text;
  const characters = [...text];
  if (characters.length <= TEXT_BOUND_CHARS_MAX) return text;
  const kept = characters.slice(0, TEXT_BOUND_CHARS_MAX);
  while (kept.length > 0) {
    const next = nextCharacter(kept.pop() as string);
    if (next !== null) return kept.join("") + next;
  }
  return null;
}

function nextCharacter(character: string): string | null {
  const next = (character.codePointAt(0) ?? 0) + 1;
  if (next > 0x10ffff) return null;
  return String.fromCodePoint(next >= 0xd800 && next <= 0xdfff ? 0xe000 : next);
}
