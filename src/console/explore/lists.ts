/** Lists with their reasons, as `/v1/why` tells them, and what two of them differ in. */
export interface Reasons {
  rank_before: number | null;
  boosts: { name: string; by: number }[];
  pin?: string;
  history: { item_id: string; by: number }[];
}

export interface Listed extends Reasons {
  item_id: string;
  rank: number;
  source: string;
  score: number;
  title?: string;
  image?: string;
  price?: number;
  currency?: string;
}

export interface Why {
  model_version: string | null;
  /** `popular`: by an experiment the visitor gets what is popular. */
  variant: string;
  items: Listed[];
  not_listed: (Reasons & { item_id: string; reason: string })[];
  qualifying: number | null;
  relaxed: string[];
  degraded?: { detail: string };
}

export type Subject = { kind: "user" | "item"; id: string };

/** What one side is made by; empty: no scenario named, the live model. */
export interface Choice {
  scenario: string;
  model: string;
}

/** Nobody waits for a page here: profile and lists may take their time. */
const TIMEOUT_MS = 2_000;

/** The list of a user, or of somebody who has just looked at an item, as long as its scenario has it, and what of `about` is not in it. */
export function whyPath({ kind, id }: Subject, { scenario, model }: Choice, about: string): string {
  const query = new URLSearchParams({
    [kind === "user" ? "user_id" : "recent"]: id,
    fields: "title,image,price,currency",
    timeout_ms: String(TIMEOUT_MS),
  });
  if (scenario !== "") query.set("scenario", scenario);
  if (model !== "") query.set("model_version", model);
  if (about !== "") query.set("items", about);
  return `/v1/why?${query}`;
}

/** Where an item stands against another list: so many places higher (below 0: lower), at the same, or only here. */
export type Difference = number | "only";

export function differenceOf(item: Ranked, beside: readonly Ranked[]): Difference {
  const other = beside.find(({ item_id }) => item_id === item.item_id);
  return other === undefined ? "only" : other.rank - item.rank;
}

type Ranked = Pick<Listed, "item_id" | "rank">;

/** In words for a mark beside the item; null where nothing differs. */
export function differenceWords(difference: Difference): string | null {
  if (difference === "only") return "only here";
  if (difference === 0) return null;
  const places = Math.abs(difference);
  return `${places} ${places === 1 ? "place" : "places"} ${difference > 0 ? "higher" : "lower"}`;
}

/** How alike two lists are, in a sentence. */
export function overlapWords(left: readonly Ranked[], right: readonly Ranked[]): string {
  const differences = right.map((item) => differenceOf(item, left));
  const both = differences.filter((one) => one !== "only").length;
  const same = differences.filter((one) => one === 0).length;
  if (left.length === right.length && same === left.length) return "Both lists are the same.";
  const length = Math.max(left.length, right.length);
  return `${both} of ${length} items stand in both lists, ${same} of them at the same place.`;
}

/** When a version was made, ms since the epoch; null where its name does not tell. */
export function versionTimeMs(version: string): number | null {
  const [, date, time] = /^(\d{8})T(\d{6})Z-/.exec(version) ?? [];
  if (date === undefined || time === undefined) return null;
  const day = date.replace(/(....)(..)(..)/, "$1-$2-$3");
  return Date.parse(`${day}T${time.replace(/(..)(..)(..)/, "$1:$2:$3")}Z`);
}
