import {
  ATTRIBUTE_CHARS_MAX,
  type ColumnFacts,
  type Kind,
  OFFERED,
  type Proposal,
  type TimeForm,
} from "../../tabular/index.ts";

export const KIND_WORDS: Record<Kind, string> = {
  interactions: "Events: what visitors did",
  items: "Items: the catalogue",
  users: "Users: what you know of them",
};

/** Of one row, several, in the middle of a sentence. */
export const KIND_ROWS: Record<Kind, string> = { interactions: "events", items: "items", users: "users" };

const TIME_WORDS: Record<TimeForm, string> = {
  s: "times, in seconds",
  ms: "times, in milliseconds",
  us: "times, in microseconds",
  iso: "times",
  dmy: "times, the day first",
  mdy: "times, the month first",
  compact: "days",
};

const TYPE_WORDS: Record<Exclude<ColumnFacts["type"], "time">, string> = {
  empty: "nothing",
  boolean: "yes or no",
  number: "numbers",
  url: "addresses",
  image: "addresses of images",
  currency: "currencies",
  list: "lists",
  object: "objects",
  id: "ids",
  text: "text",
};

/** What a column holds. */
export function holdsWords({ type, reading }: ColumnFacts): string {
  if (type === "time") return TIME_WORDS[reading.time ?? "iso"];
  const mark =
    type === "list" && reading.separator !== undefined ? `, set apart by ${reading.separator}` : "";
  return `${TYPE_WORDS[type]}${reading.decimal === "," ? ", with a comma for the decimals" : ""}${mark}`;
}

const SURE_FROM = 0.9;
const LIKELY_FROM = 0.7;
const BY_WORDS = { name: "by its name", values: "by what it holds", both: "by its name and what it holds" };

/** How sure a proposal is, and by what. */
export function sureWords(kind: Kind, { field, confidence, by }: Proposal, facts: ColumnFacts): string {
  if (by === "rest" && field !== null) return "Nothing else fits: kept as an attribute";
  if (by === "rest") return `Left out: ${whyLeftOut(kind, facts)}`;
  const sure =
    confidence >= SURE_FROM ? "Sure" : confidence >= LIKELY_FROM ? "Likely" : "A guess, please check";
  return `${sure}, ${BY_WORDS[by]}`;
}

function whyLeftOut(kind: Kind, { type, longest }: ColumnFacts): string {
  if (type === "empty") return "it is empty";
  if (kind === "interactions") return "no field fits";
  return longest > ATTRIBUTE_CHARS_MAX ? `longer than ${ATTRIBUTE_CHARS_MAX} characters` : "no plain value";
}

/** A field's name for people. */
export function fieldWords(kind: Kind, field: string): string {
  return field.startsWith("attributes.")
    ? `attribute “${field.slice("attributes.".length)}”`
    : (OFFERED[kind].fields[field] ?? field);
}
