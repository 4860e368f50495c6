import { formOf } from "./fields.ts";

/**
 * How a column writes its times: numbers of seconds, milliseconds or microseconds, ISO 8601, day or month first, or `20260131`. Without a zone: UTC.
 */
export const TIME_FORMS = ["s", "ms", "us", "iso", "dmy", "mdy", "compact"] as const;
export type TimeForm = (typeof TIME_FORMS)[number];

/** What an attribute's cells are, where they are no text. */
export type Form = "number" | "boolean";

/** How the cells of a column are to be read; what is absent is told from each cell by itself. */
export interface Reading {
  time?: TimeForm;
  /** What stands before the decimals: `12,50` or `12.50`. */
  decimal?: "." | ",";
  /** Between the parts of a list; `|` when absent. */
  separator?: string;
  as?: Form;
  /** An event's type by what the file calls it. */
  type?: (text: string) => string;
}

const BOOLEANS: Record<string, boolean> = {
  ...{ true: true, yes: true, y: true, 1: true },
  ...{ false: false, no: false, n: false, 0: false },
};

/** A cell as the field wants it; what cannot be read stays as it is, for the schema to name. */
export function readCell(field: string, value: unknown, reading: Reading = {}): unknown {
  const form = formOf(field);
  if (form === "time") return readTime(value, reading.time) ?? value;
  if (typeof value === "number" && form === "id") return String(value);
  if (typeof value !== "string") return value;
  if (form === "id") return value.trim();
  if (form === "number" || reading.as === "number") return readNumber(value, reading.decimal) ?? value;
  if (form === "list") return readList(value, reading.separator ?? "|");
  if (form === "boolean" || reading.as === "boolean") return BOOLEANS[value.trim().toLowerCase()] ?? value;
  if (form === "json") return readJson(value);
  if (form === "type") return reading.type?.(value) ?? value;
  if (form === "currency") return value.trim().toUpperCase();
  return value;
}

const GROUPS = {
  ".": /^[-+]?\d{1,3}(?:[, '’]\d{3})+(?:\.\d+)?$/,
  ",": /^[-+]?\d{1,3}(?:[. '’]\d{3})+(?:,\d+)?$/,
};
/** Symbols and codes of currencies, before or after the amount. */
const MONEY = /^(?:\p{Sc}|[A-Z]{3}\b)\s*|\s*(?:\p{Sc}|\b[A-Z]{3})$/gu;

/** A number, also with its thousands set apart or a currency beside it; null for what is none. */
export function readNumber(text: string, decimal: "." | "," = "."): number | null {
  const bare = text.trim().replaceAll("\u00a0", " ").replaceAll("\u202f", " ").replace(MONEY, "");
  if (bare === "") return null;
  const grouped = GROUPS[decimal].test(bare)
    ? bare.replaceAll(decimal === "." ? /[, '’]/g : /[. '’]/g, "")
    : bare;
  // A comma means decimals only where the column says so; there a point that sets nothing apart is a point.
  const value = Number(decimal === "," ? grouped.replace(",", ".") : grouped);
  return Number.isFinite(value) ? value : null;
}

function readList(text: string, separator: string): unknown {
  if (text.trimStart().startsWith("[")) return readJson(text);
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter(Boolean);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Below this a number of seconds: as milliseconds it would lie before 1973. */
const SECONDS_BELOW = 1e11;
/** From here on microseconds: as milliseconds it would lie after the year 5100. */
const MICROSECONDS_FROM = 1e14;
const PER_MS: Partial<Record<TimeForm, number>> = { s: 1_000, ms: 1, us: 0.001 };

/** Milliseconds since the epoch; null for what is no time. Without a `form` a number's size tells its unit, and text is ISO 8601. */
export function readTime(value: unknown, form?: TimeForm): number | null {
  if (typeof value !== "number" && typeof value !== "string") return null;
  if (typeof value === "string" && form === "compact") return readCompact(value.trim());
  if (typeof value === "string" && (form === "dmy" || form === "mdy"))
    return readDayMonth(value.trim(), form);
  const number = typeof value === "number" ? value : value.trim() === "" ? Number.NaN : Number(value);
  if (Number.isFinite(number)) return Math.round(number * (PER_MS[form ?? "iso"] ?? perMs(number)));
  return typeof value === "string" ? readIso(value.trim()) : null;
}

function perMs(number: number): number {
  if (number < SECONDS_BELOW) return 1_000;
  return number < MICROSECONDS_FROM ? 1 : 0.001;
}

/** Also with a space for the T, slashes or points for the dashes, and `UTC` for the Z. */
function readIso(text: string): number | null {
  const plain = text
    .replace(/ ?(?:UTC|GMT)$/i, "Z")
    .replace(/^(\d{4})[/.](\d\d?)[/.](\d\d?)/, (_, year, month, day) => `${year}-${two(month)}-${two(day)}`)
    .replace(/^(\d{4}-\d\d-\d\d) +/, "$1T");
  const isZoned = /(?:Z|[+-]\d\d:?\d\d)$/i.test(plain) || !plain.includes(":");
  const timeMs = Date.parse(isZoned ? plain.replace(/^(\d{4}-\d\d-\d\d)Z$/, "$1") : `${plain}Z`);
  return Number.isNaN(timeMs) ? null : timeMs;
}

function two(text: string): string {
  return text.padStart(2, "0");
}

function readCompact(text: string): number | null {
  const match = /^(\d{4})(\d\d)(\d\d)$/.exec(text);
  return match === null ? null : readIso(match.slice(1).join("-"));
}

const DAY_MONTH =
  /^(\d\d?)[./-](\d\d?)[./-](\d{4}|\d\d)(?:[ ,T]+(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*([ap]m)?)?$/i;

function readDayMonth(text: string, form: "dmy" | "mdy"): number | null {
  const match = DAY_MONTH.exec(text);
  if (match === null) return null;
  const [first, second, year, hour, minute, secondOfTime] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0)) as [...[number, number, number], ...[number, number, number]];
  const [day, month] = form === "dmy" ? [first, second] : [second, first];
  const isHalfDay = match[7] !== undefined;
  const hourOfDay = isHalfDay ? (hour % 12) + (match[7]?.toLowerCase() === "pm" ? 12 : 0) : hour;
  const timeMs = Date.UTC(year < 100 ? 2000 + year : year, month - 1, day, hourOfDay, minute, secondOfTime);
  // Date.UTC takes the 31st of February for the 3rd of March.
  const date = new Date(timeMs);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? timeMs : null;
}
