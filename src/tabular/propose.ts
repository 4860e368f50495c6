import leven from "leven";
import { isStandardType } from "../events/index.ts";
import { knownEventType } from "./event-type.ts";
import { type FieldForm, formOf, type Kind, OFFERED } from "./fields.ts";
import type { ColumnFacts, ColumnType } from "./infer.ts";
import { wordsOf } from "./names.ts";
import { GENERIC, SYNONYMS } from "./synonyms.ts";

/** Which field a column may be. */
export interface Proposal {
  column: string;
  /** A field, `attributes.<name>`, or null: it is left out. */
  field: string | null;
  /** 0 … 1; 1 where nothing had to be guessed. */
  confidence: number;
  /** What speaks for it. */
  by: "name" | "values" | "both" | "rest";
}

/** Below this a field is not worth proposing: more proposals would be mended than kept. */
const SCORE_MIN = 0.5;
/** Names less alike than this are different names. */
const LIKENESS_MIN = 0.75;
const FUZZY_CHARS_MIN = 4;
/** What an attribute may hold, as the schema of items has it. */
export const ATTRIBUTE_CHARS_MAX = 500;
const ATTRIBUTE_NAME_CHARS_MAX = 40;

/** The best field for each column, each field once; what is left goes to attributes where the kind has them. */
export function proposeMapping(
  kind: Kind,
  columns: readonly ColumnFacts[],
  declared: ReadonlySet<string> = new Set(),
): Proposal[] {
  const candidates = columns
    .flatMap((facts) =>
      Object.keys(OFFERED[kind].fields).map((field) => ({
        facts,
        field,
        ...scoreOf(kind, field, facts, declared),
      })),
    )
    .filter(({ score }) => score >= SCORE_MIN)
    .sort((a, b) => b.score - a.score);
  const chosen = new Map<string, Proposal>();
  const taken = new Set<string>();
  for (const { facts, field, score, by } of candidates) {
    if (chosen.has(facts.name) || taken.has(field)) continue;
    taken.add(field);
    chosen.set(facts.name, { column: facts.name, field, confidence: score, by });
  }
  return columns.map((facts) => chosen.get(facts.name) ?? restOf(kind, facts));
}

function restOf(kind: Kind, { name, type, reading, longest }: ColumnFacts): Proposal {
  // Only JSON's lists come without a separator: an attribute takes a list's text, and no list.
  const isPlain =
    type !== "empty" && type !== "object" && (type !== "list" || reading.separator !== undefined);
  const isKept = kind !== "interactions" && isPlain && longest <= ATTRIBUTE_CHARS_MAX;
  return { column: name, field: isKept ? attributeOf(name) : null, confidence: 1, by: "rest" };
}

/** A dot would begin another entry. */
export function attributeOf(column: string): string {
  return `attributes.${column.replaceAll(".", "_").slice(0, ATTRIBUTE_NAME_CHARS_MAX)}`;
}

/** What the rows of a file most likely are: times and visitors are events', and a file of no items is one of users. */
export function guessKind(columns: readonly ColumnFacts[]): Kind {
  const fieldsOf = (kind: Kind) =>
    new Set(
      proposeMapping(kind, columns)
        .filter(({ by }) => by === "name" || by === "both")
        .map(({ field }) => field),
    );
  const events = fieldsOf("interactions");
  const hasVisitor = events.has("user_id") || events.has("anonymous_id");
  if (hasVisitor && (events.has("item_id") || events.has("occurred_at"))) return "interactions";
  if (hasVisitor && !fieldsOf("items").has("title")) return "users";
  return "items";
}

function scoreOf(
  kind: Kind,
  field: string,
  facts: ColumnFacts,
  declared: ReadonlySet<string>,
): { score: number; by: Proposal["by"] } {
  const form = formOf(field);
  const fit = form === "type" ? typeFit(facts, declared) : (FITS[form][facts.type] ?? 0.1);
  const name = likeness(facts.name, [field, ...(SYNONYMS[kind][field] ?? "").split(", ")]);
  const named = { score: name * (0.4 + 0.6 * fit), by: fit >= 0.9 ? "both" : "name" } as const;
  const bare = { score: byValuesAlone(field, facts, fit), by: "values" } as const;
  return named.score >= bare.score ? named : bare;
}

/** How well cells of a type do for a field; of those that are not named, 0.1. */
const FITS: Record<FieldForm, Partial<Record<ColumnType, number>>> = {
  id: { id: 1, number: 1, text: 0.7, time: 0.6, boolean: 0.5, currency: 0.7, url: 0.4 },
  type: {},
  text: { text: 1, id: 1, currency: 0.7, number: 0.6, list: 0.6, boolean: 0.5, time: 0.3 },
  number: { number: 1, boolean: 0.8 },
  currency: { currency: 1, id: 0.2 },
  time: { time: 1, number: 0.2 },
  url: { url: 1, image: 0.5, id: 0.6 },
  image: { image: 1, url: 0.9, id: 0.4 },
  list: { list: 1, text: 0.9, id: 0.9, currency: 0.7, boolean: 0.3, number: 0.4 },
  boolean: { boolean: 1 },
  json: {},
};

/** By how many of the examples are known types; few different cells are still a kind of thing that happened. */
function typeFit({ examples, distinct, filled }: ColumnFacts, declared: ReadonlySet<string>): number {
  if (examples.length === 0) return 0.1;
  const known = examples.filter((text) => knownEventType(text, declared) !== null).length / examples.length;
  if (known > 0) return 0.6 + 0.4 * known;
  return filled >= 20 && distinct <= 10 ? 0.5 : 0.1;
}

/** Cells that could hardly be anything else. */
function byValuesAlone(field: string, { type, examples }: ColumnFacts, fit: number): number {
  if (fit < 1) return 0;
  if (field === "occurred_at" && type === "time") return 0.55;
  if (field === "image" || field === "currency") return 0.6;
  if (field === "url") return 0.5;
  return field === "type" && examples.every((text) => isStandardType(text)) ? 0.7 : 0;
}

/** How alike a column's name is to the nearest of the names, 0 … 1. */
function likeness(column: string, names: readonly string[]): number {
  const words = wordsOf(column);
  const whole = words.join("");
  return names.reduce((best, name) => Math.max(best, alike(words, whole, wordsOf(name))), 0);
}

function alike(words: readonly string[], whole: string, others: readonly string[]): number {
  const other = others.join("");
  if (whole === other) return 1;
  const isWithin = others.length > 0 && others.every((word) => words.includes(word));
  if (isWithin && !GENERIC.has(other)) return Math.max(0.7, 0.95 - 0.1 * (words.length - others.length));
  const chars = Math.max(whole.length, other.length);
  if (chars < FUZZY_CHARS_MIN) return 0;
  const ratio = 1 - leven(whole, other) / chars;
  return ratio >= LIKENESS_MIN ? 0.9 * ratio : 0;
}
