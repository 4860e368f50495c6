import { eventSchema, itemSchema, userSchema } from "../../src/events/index.ts";

export const KINDS = ["interactions", "items", "users"] as const;
export type Kind = (typeof KINDS)[number];

const SCHEMAS = { interactions: eventSchema, items: itemSchema, users: userSchema } as const;

/** The wire's fields of each kind; `attributes.<name>` and `context.<name>` name single entries of theirs. */
export const FIELDS: Record<Kind, string[]> = {
  interactions: Object.keys(SCHEMAS.interactions.shape),
  items: Object.keys(SCHEMAS.items.shape),
  users: Object.keys(SCHEMAS.users.shape),
};

/** Column of the file → field of the wire. */
export type Mapping = Map<string, string>;

/** Reads `column=field` pairs; throws naming the fields there are. */
export function parseMapping(kind: Kind, pairs: readonly string[]): Mapping {
  const mapping: Mapping = new Map();
  for (const pair of pairs) {
    const at = pair.lastIndexOf("=");
    const field = pair.slice(at + 1);
    if (at < 1 || !isField(kind, field)) {
      throw new Error(
        `--map ${pair}: must be column=field; the fields of ${kind} are ${FIELDS[kind].join(", ")}`,
      );
    }
    mapping.set(pair.slice(0, at), field);
  }
  return mapping;
}

export function isField(kind: Kind, field: string): boolean {
  const [name = "", entry] = field.split(".", 2);
  if (entry === undefined) return FIELDS[kind].includes(name);
  return FIELDS[kind].includes(name) && (name === "attributes" || name === "context") && entry !== "";
}

/** A record's values under the wire's names: mapped columns, and columns that already have a field's name. */
export function mapFields(
  kind: Kind,
  mapping: Mapping,
  values: Record<string, unknown>,
): Record<string, unknown> {
  const mapped: Record<string, unknown> = {};
  const taken = new Set(mapping.values());
  for (const [column, value] of Object.entries(values)) {
    const field = mapping.get(column) ?? (isField(kind, column) && !taken.has(column) ? column : undefined);
    if (field === undefined || value === "" || value === null) continue;
    const [name = "", entry] = field.split(".", 2);
    if (entry === undefined) mapped[name] = convert(name, value);
    else mapped[name] = { ...(mapped[name] as object | undefined), [entry]: convert(field, value) };
  }
  return mapped;
}

const NUMBERS = new Set(["value", "quantity", "duration_ms", "price", "stock"]);
const TIMES = new Set(["occurred_at", "sent_at", "published_at"]);
const LISTS = new Set(["categories", "tags"]);
const BOOLEANS: Record<string, boolean> = {
  true: true,
  false: false,
  1: true,
  0: false,
  yes: true,
  no: false,
};

/** A cell of text as the field wants it; what cannot be read stays as it is, for the schema to name. */
function convert(field: string, value: unknown): unknown {
  if (TIMES.has(field)) return toEpochMs(value);
  if (typeof value === "number" && field.endsWith("_id")) return String(value);
  if (typeof value !== "string") return value;
  if (NUMBERS.has(field)) return toNumber(value);
  if (LISTS.has(field))
    return value
      .split("|")
      .map((part) => part.trim())
      .filter(Boolean);
  if (field === "hidden") return BOOLEANS[value.toLowerCase()] ?? value;
  if (field === "items" || field === "attributes" || field === "context") return parseJson(value);
  return value;
}

function toNumber(text: string): number | string {
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Below this a number of seconds: as milliseconds it would lie before 1973. */
const SECONDS_BELOW = 1e11;

/** Milliseconds since the epoch from milliseconds, seconds or a date as ISO 8601 writes it (UTC if it names no zone). */
function toEpochMs(value: unknown): unknown {
  const number = typeof value === "number" ? value : typeof value === "string" ? Number(value) : Number.NaN;
  if (Number.isFinite(number)) return Math.round(number < SECONDS_BELOW ? number * 1_000 : number);
  if (typeof value !== "string") return value;
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/i.test(value) || !value.includes(":") ? value : `${value}Z`;
  const time = Date.parse(zoned.replace(/^(\d{4}-\d\d-\d\d) /, "$1T"));
  return Number.isNaN(time) ? value : time;
}
