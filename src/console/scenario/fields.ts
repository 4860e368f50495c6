/** What the language of rules knows of items, as far as the form offers it. A test holds it to the language itself. */

/** What a field holds. `any`: a text, a number or a boolean, as attributes do. */
export type Kind = "number" | "time" | "text" | "list" | "any";

export const ITEM_KINDS: Readonly<Record<string, Kind>> = {
  item_id: "text",
  title: "text",
  brand: "text",
  currency: "text",
  categories: "list",
  tags: "list",
  price: "number",
  stock: "number",
  popularity: "number",
  published_at: "time",
};

const EQUALITY = ["eq", "ne", "in", "not_in"] as const;

/** The usual one first. */
export const OPERATORS = {
  number: ["lt", "lte", "gt", "gte", ...EQUALITY, "exists"],
  time: ["gte", "lt", "gt", "lte", ...EQUALITY, "exists"],
  text: [...EQUALITY, "contains", "prefix", "exists"],
  list: ["any", "all", "none", "exists"],
  any: [...EQUALITY, "lt", "lte", "gt", "gte", "contains", "prefix", "exists"],
} as const satisfies Record<Kind, readonly string[]>;

export type Operator = (typeof OPERATORS)[Kind][number];

const WORDS: Readonly<Record<Operator, string>> = {
  eq: "is",
  ne: "is not",
  in: "is one of",
  not_in: "is none of",
  lt: "is under",
  lte: "is at most",
  gt: "is over",
  gte: "is at least",
  any: "has one of",
  all: "has all of",
  none: "has none of",
  contains: "contains",
  prefix: "begins with",
  exists: "has a value",
};

const TIME_WORDS: Partial<Record<Operator, string>> = {
  lt: "before",
  lte: "until",
  gt: "after",
  gte: "from",
};

export function operatorWords(operator: Operator, kind: Kind): string {
  return (kind === "time" ? TIME_WORDS[operator] : undefined) ?? WORDS[operator];
}

/** What an operator compares with. */
export type Operand = "one" | "several" | "yes or no";

export function operandOf(operator: Operator): Operand {
  if (operator === "exists") return "yes or no";
  return ["in", "not_in", "any", "all", "none"].includes(operator) ? "several" : "one";
}

/** These begin something else than a condition on a field. */
const RESERVED = ["and", "or", "not", "geo", "user", "interacted", "shown"];

export function isReserved(field: string): boolean {
  return RESERVED.includes(field);
}

/** An unknown field takes anything while its name is typed; that it is unknown, the check says. */
export function kindOf(field: string): Kind {
  return (Object.hasOwn(ITEM_KINDS, field) ? ITEM_KINDS[field] : undefined) ?? "any";
}

export function isOperator(name: string, kind: Kind): name is Operator {
  return OPERATORS[kind].some((operator) => operator === name);
}

/** Fields of items that an answer can carry. */
export const CARRIED = [
  "title",
  "url",
  "image",
  "price",
  "currency",
  "categories",
  "tags",
  "brand",
  "published_at",
  "attributes",
] as const;

/** The lists that fill up what the model leaves open, in their usual order. */
export const FALLBACKS = ["last_good", "segment", "trending", "popular", "newest"] as const;

export const FALLBACK_WORDS: Readonly<Record<string, string>> = {
  last_good: "the last good list of this place",
  segment: "what visitors like this one turn to",
  trending: "what is trending",
  popular: "what is popular",
  newest: "what is new",
};
