import { type Reading, readNumber, readTime, TIME_FORMS, type TimeForm } from "./cell.ts";

/** Rows that a column is judged by: enough to see its habits, read in a moment. */
export const SAMPLE_ROWS = 200;
/** A few broken cells do not change what a column is. */
const SHARE_MIN = 0.95;
/** A separator that so few cells hold is a character like any other. */
const SEPARATED_SHARE_MIN = 0.1;
/** Above this share of cells with a separator a column is a list whatever its name says; a comma stands in sentences, too. */
const LIST_SHARE_MIN: Record<string, number> = { "|": 0.2, ">": 0.2, ";": 0.3, ",": 0.6 };
/** Words of a list's part, on average: more are a sentence. */
const PART_WORDS_MAX = 2.5;
const EXAMPLES = 3;

export type ColumnType =
  | "empty"
  | "boolean"
  | "number"
  | "time"
  | "url"
  | "image"
  | "currency"
  | "list"
  | "object"
  | "id"
  | "text";

/** What a column holds, by a sample of its cells. */
export interface ColumnFacts {
  name: string;
  type: ColumnType;
  reading: Reading;
  rows: number;
  /** Cells that are not empty, and how many of them differ. */
  filled: number;
  distinct: number;
  /** Characters of the longest cell. */
  longest: number;
  /** Different cells, in their order. */
  examples: string[];
}

/** A cell as text; objects and lists as JSON. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return (typeof value === "object" ? JSON.stringify(value) : String(value)).trim();
}

/** The columns of a sample, in the order in which they first come. */
export function inferColumns(sample: readonly Record<string, unknown>[]): ColumnFacts[] {
  const cells = new Map<string, unknown[]>();
  for (const values of sample) {
    for (const [name, value] of Object.entries(values)) {
      const known = cells.get(name);
      if (known === undefined) cells.set(name, [value]);
      else known.push(value);
    }
  }
  return [...cells].map(([name, values]) => inferColumn(name, values, sample.length));
}

function inferColumn(name: string, values: readonly unknown[], rows: number): ColumnFacts {
  const texts = values.map(textOf).filter((text) => text !== "");
  const different = [...new Set(texts)];
  const { type, reading } = values.some((value) => typeof value === "object" && value !== null)
    ? { type: values.some(Array.isArray) ? ("list" as const) : ("object" as const), reading: {} }
    : inferTexts(texts, different);
  return {
    ...{ name, type, reading, rows },
    filled: texts.length,
    distinct: different.length,
    longest: texts.reduce((longest, { length }) => Math.max(longest, length), 0),
    examples: different.slice(0, EXAMPLES),
  };
}

type Inferred = Pick<ColumnFacts, "type" | "reading">;

function inferTexts(texts: readonly string[], different: readonly string[]): Inferred {
  if (texts.length === 0) return { type: "empty", reading: {} };
  if (isBoolean(different)) return { type: "boolean", reading: {} };
  const time = timeFormOf(texts);
  if (time !== null) return { type: "time", reading: { time } };
  if (most(texts, (text) => IMAGE.test(text))) return { type: "image", reading: {} };
  if (most(texts, (text) => ADDRESS.test(text))) return { type: "url", reading: {} };
  const number = numberOf(texts);
  if (number !== null) return { type: "number", reading: number };
  if (most(texts, (text) => CURRENCY.test(text)) && different.length <= 20)
    return { type: "currency", reading: {} };
  const separator = separatorOf(texts);
  const reading: Reading = separator === null ? {} : { separator: separator.text };
  if (separator?.isList) return { type: "list", reading };
  return { type: most(texts, isId) ? "id" : "text", reading };
}

const BOOLEAN = /^(?:true|false|yes|no|y|n|0|1)$/i;

/** A column of nothing but ones is a number or an id, too. */
function isBoolean(different: readonly string[]): boolean {
  if (different.length > 2 || !different.every((text) => BOOLEAN.test(text))) return false;
  return different.length === 2 || !/^\d$/.test(different[0] ?? "");
}

const ADDRESS = /^(?:https?:)?\/\/\S+$/i;
const IMAGE = /^(?:(?:https?:)?\/\/|\/)\S+\.(?:jpe?g|png|webp|gif|avif|svg)(?:[?#]\S*)?$/i;
const CURRENCY = /^[A-Z]{3}$/;
const ID_CHARS_MAX = 200;

function isId(text: string): boolean {
  return text.length <= ID_CHARS_MAX && !/\s/.test(text);
}

function most(texts: readonly string[], holds: (text: string) => boolean): boolean {
  return texts.filter(holds).length >= SHARE_MIN * texts.length;
}

/** What numbers of each unit are between 1985 and 2096: as many other numbers are not. */
const NUMERIC_TIMES: Partial<Record<TimeForm, RegExp>> = {
  s: /^(?:[5-9]\d{8}|[1-3]\d{9})(?:\.\d+)?$/,
  ms: /^(?:[5-9]\d{11}|[1-3]\d{12})(?:\.\d+)?$/,
  us: /^(?:[5-9]\d{14}|[1-3]\d{15})$/,
  compact: /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/,
};
const ISO = /^\d{4}[-/.]\d\d?[-/.]\d\d?(?:[T ]|$)|^[A-Z][a-z]{2}, \d/;

/** The one form in which nearly all cells are times; null where there is none. */
function timeFormOf(texts: readonly string[]): TimeForm | null {
  const fitting = TIME_FORMS.filter((form) => most(texts, (text) => isTime(text, form)));
  // Days and months that are all below 13 fit both: where points stand between them the day comes first, elsewhere the month.
  if (fitting.includes("dmy") && fitting.includes("mdy"))
    return texts.some((text) => text.includes(".") && !text.includes("/")) ? "dmy" : "mdy";
  return fitting[0] ?? null;
}

function isTime(text: string, form: TimeForm): boolean {
  const shape = form === "iso" ? ISO : NUMERIC_TIMES[form];
  return (shape?.test(text) ?? true) && readTime(text, form) !== null;
}

/** How the column's numbers are written; null where they are none. Leading zeros are part of an id. */
function numberOf(texts: readonly string[]): Reading | null {
  if (texts.some((text) => /^0\d/.test(text))) return null;
  const points = texts.filter((text) => readNumber(text, ".") !== null).length;
  const commas = texts.filter((text) => readNumber(text, ",") !== null).length;
  // `1.234` fits both; only one of them sees no other cell as broken.
  const decimal =
    commas > points || (commas === points && texts.some((text) => /\d\.\d{3}\.\d/.test(text))) ? "," : ".";
  if (Math.max(points, commas) < SHARE_MIN * texts.length) return null;
  return decimal === "," ? { decimal } : {};
}

/** What may stand between the parts of a list. */
function separatorOf(texts: readonly string[]): { text: string; isList: boolean } | null {
  const shares = Object.keys(LIST_SHARE_MIN).map((text) => ({
    text,
    share: texts.filter((cell) => cell.includes(text)).length / texts.length,
  }));
  const best = shares.reduce((most, one) => (one.share > most.share ? one : most));
  if (best.share < SEPARATED_SHARE_MIN) return null;
  const parts = texts.flatMap((cell) => cell.split(best.text));
  const words = parts.reduce((sum, part) => sum + part.trim().split(/\s+/).length, 0) / parts.length;
  return {
    text: best.text,
    isList: best.share >= (LIST_SHARE_MIN[best.text] ?? 1) && words <= PART_WORDS_MAX,
  };
}
