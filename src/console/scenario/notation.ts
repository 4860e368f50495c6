import type { Kind, Operand } from "./fields.ts";

/** How a value stands in a text field. What is written is read back as the same value. */
export interface Notation {
  /** What cannot be read as it should is kept as text, for the check to refuse by its place. */
  read(text: string): unknown;
  /** Null for a value that this notation has no words for. */
  write(value: unknown): string | null;
}

export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A text; nothing where the field is empty. */
export const TEXT: Notation = {
  read: (text) => (text === "" ? undefined : text),
  write: (value) => (value === undefined ? "" : typeof value === "string" ? value : null),
};

/** A text; an empty one where the field is empty, so that what needs it stays and is told so. */
export const NEEDED_TEXT: Notation = { ...TEXT, read: (text) => text };

export const NUMBER: Notation = {
  read: (text) => (text.trim() === "" ? undefined : readScalar(text, "number")),
  write: (value) => (value === undefined ? "" : writeScalar(value, "number")),
};

export const NEEDED_NUMBER: Notation = {
  read: (text) => readScalar(text, "number"),
  write: (value) => (value === undefined ? "" : writeScalar(value, "number")),
};

/** A share of one as percent. */
export const PERCENT: Notation = {
  read(text) {
    const read = NUMBER.read(text.replace("%", ""));
    return typeof read === "number" ? Number((read / 100).toFixed(6)) : read;
  },
  write: (value) => NUMBER.write(typeof value === "number" ? Number((value * 100).toFixed(4)) : value),
};

/** What a condition compares with: `80`, `shoes, bags`, `30d ago`. Quotes make anything a text. */
export function operandNotation(kind: Kind, operand: Operand): Notation {
  if (operand === "several")
    return { read: (text) => readList(text, kind), write: (value) => writeList(value, kind) };
  return { read: (text) => readScalar(text, kind), write: (value) => writeScalar(value, kind) };
}

function readScalar(text: string, kind: Kind): unknown {
  const trimmed = text.trim();
  if (QUOTED.test(trimmed)) return unquoted(trimmed);
  if (kind === "time") {
    const [, ago] = AGO.exec(trimmed) ?? [];
    if (ago !== undefined) return { ago };
  }
  if (kind === "any" && (trimmed === "true" || trimmed === "false")) return trimmed === "true";
  const isNumeric = kind !== "text" && kind !== "list" && NUMERIC.test(trimmed);
  return isNumeric ? Number(trimmed) : trimmed;
}

const QUOTED = /^"(?:[^"\\]|\\.)*"$/;
const AGO = /^(\d{1,9}[smhdw]) ago$/;
const NUMERIC = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,2})?$/i;

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

function writeScalar(value: unknown, kind: Kind): string | null {
  const plain = plainWords(value, kind);
  if (plain === null) return null;
  if (same(readScalar(plain, kind), value)) return plain;
  return typeof value === "string" ? JSON.stringify(value) : null;
}

function plainWords(value: unknown, kind: Kind): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const isAgo =
    kind === "time" && typeof value === "object" && value !== null && Object.keys(value).join() === "ago";
  if (!isAgo || !("ago" in value) || typeof value.ago !== "string") return null;
  return `${value.ago} ago`;
}

function readList(text: string, kind: Kind): unknown[] {
  const parts = text.match(/\s*"(?:[^"\\]|\\.)*"\s*(?=,|$)|[^,]+/g) ?? [];
  return parts.filter((part) => part.trim() !== "").map((part) => readScalar(part, kind));
}

function writeList(value: unknown, kind: Kind): string | null {
  if (!Array.isArray(value)) return null;
  const words = value.map((one) => writeScalar(one, kind));
  if (!words.every((word) => word !== null)) return null;
  const plain = words.join(", ");
  if (same(readList(plain, kind), value)) return plain;
  const quoted = value
    .map((one, at) => (typeof one === "string" ? JSON.stringify(one) : words[at]))
    .join(", ");
  return same(readList(quoted, kind), value) ? quoted : null;
}
