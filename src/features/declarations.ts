import { COUNTER_DAYS, COUNTER_HOURS, DAY_MS, HISTORY_MAX } from "../base/index.ts";
import { EVENT_TYPES, eventTypeWeight, isStandardType, type StandardEventType } from "../events/index.ts";

/**
 * Features, declared once: D1's columns and statements are made from these, and the lake's computation reads the same. What
 * is stored is whole numbers and lists with a total order, so that neither delivery nor machine shows in a value; what is
 * not whole (rates, decay, distances) is computed from them at reading, by the same functions in both places.
 */
export interface Counter {
  name: string;
  /** Event types it counts; "weighted": every type with a weight above 0, the tenant's own included. */
  sources: readonly StandardEventType[] | "weighted";
  /** `count`: one per event and item; `weight`: the event type's weight; `timed` and `duration`: of events that tell how long. */
  aggregation: "count" | "weight" | "timed" | "duration";
  default: 0;
}

function counter(name: string, type: StandardEventType) {
  return { name, sources: [type], aggregation: "count", default: 0 } as const;
}

/** Types whose `duration_ms` is time spent with the item. */
const TIMED = ["view", "play", "complete"] as const;

/** Counted per item, and per category over all of its items, in UTC hours and days of `occurred_at`. */
export const ITEM_COUNTERS = [
  counter("views", "view"),
  counter("clicks", "click"),
  counter("carts", "add_to_cart"),
  counter("purchases", "purchase"),
  counter("impressions", "impression"),
  { name: "score", sources: "weighted", aggregation: "weight", default: 0 },
  { name: "timed", sources: TIMED, aggregation: "timed", default: 0 },
  { name: "duration_ms", sources: TIMED, aggregation: "duration", default: 0 },
] as const satisfies readonly Counter[];

export type CounterName = (typeof ITEM_COUNTERS)[number]["name"];

/** How long buckets are kept; no window may be longer. */
export const BUCKETS_KEPT = { hour: COUNTER_HOURS, day: COUNTER_DAYS } as const;

/** A window is the current UTC bucket and the `count − 1` before it. */
export const WINDOWS = [
  { name: "1h", bucket: "hour", count: 1 },
  { name: "24h", bucket: "hour", count: 24 },
  { name: "7d", bucket: "day", count: 7 },
  { name: "30d", bucket: "day", count: 30 },
] as const;

export type WindowName = (typeof WINDOWS)[number]["name"];

/**
 * What is served of each window, for items and categories, as `<name>_<window>`. A rate has a Beta prior, as if so many
 * trials with so many successes had come before: one click on one impression is no rate of 100 %.
 */
export const WINDOWED = [
  { name: "views", kind: "count", of: "views" },
  { name: "clicks", kind: "count", of: "clicks" },
  { name: "purchases", kind: "count", of: "purchases" },
  { name: "ctr", kind: "rate", of: "clicks", per: "impressions", prior: { successes: 1, trials: 50 } },
  { name: "time_spent_ms", kind: "mean", of: "duration_ms", per: "timed", default: 0 },
] as const satisfies readonly {
  name: string;
  kind: "count" | "rate" | "mean";
  of: CounterName;
  per?: CounterName;
  prior?: { successes: number; trials: number };
  default?: number;
}[];

export type WindowedName = (typeof WINDOWED)[number]["name"];

/** `age_days` and `freshness` of an item, from `published_at`; null when the catalogue does not know it. */
export const FRESHNESS = { halfLifeMs: 14 * DAY_MS } as const;

/** A user's newest interactions, by (occurred_at, event_id): what the features below are made from. */
export const USER_HISTORY = {
  name: "history",
  sources: "weighted",
  window: { last: HISTORY_MAX },
  default: [],
} as const;

/**
 * Shares, 0 … 1, of a user's decayed interest: each interaction adds its type's weight, halved per half-life, to every
 * category or tag that the item has now; an item that is gone adds nothing.
 */
export const AFFINITIES = [
  { name: "category_affinity", facet: "categories", halfLifeMs: 7 * DAY_MS },
  { name: "tag_affinity", facet: "tags", halfLifeMs: 7 * DAY_MS },
] as const;

export const LAST_ITEMS = { name: "last_items", count: 10, default: [] } as const;

/**
 * An item's price beside the user's own level (the mean of log(1 + price) over the history's priced items): −2 … 2, by the
 * difference of logarithms that the edges cut. Prices are compared as numbers, whatever their currency.
 */
export const PRICE_BAND = { name: "price_band", edges: [-1, -0.25, 0.25, 1], default: null } as const;

/**
 * Of the visitor's surroundings, the newest event that tells; the local hour needs the page's offset, else it is UTC's.
 * `from` names a column of the event or a key of its `context`.
 */
export const SURROUNDINGS = [
  { name: "device", from: "device", default: null },
  { name: "country", from: "country", default: null },
  { name: "referrer", from: "context.referrer", default: null },
  { name: "utc_offset_min", from: "context.utc_offset_min", default: 0 },
] as const;

export type SurroundingName = (typeof SURROUNDINGS)[number]["name"];

/** What one event of a type adds to each counter of an item, in the order of `ITEM_COUNTERS`. */
export function counterIncrements(type: string, durationMs?: number | null): readonly number[] {
  const untimed = isStandardType(type) ? UNTIMED[type] : CUSTOM;
  if (typeof durationMs !== "number" || !(TIMED as readonly string[]).includes(type)) return untimed;
  return ITEM_COUNTERS.map(({ aggregation }, index) => {
    if (aggregation === "timed") return 1;
    return aggregation === "duration" ? durationMs : (untimed[index] as number);
  });
}

function untimedIncrements(type: string): readonly number[] {
  const weight = eventTypeWeight(type);
  return ITEM_COUNTERS.map(({ sources, aggregation }) => {
    if (aggregation === "weight") return weight;
    return aggregation === "count" && (sources as readonly string[]).includes(type) ? 1 : 0;
  });
}

const UNTIMED = Object.fromEntries(
  Object.keys(EVENT_TYPES).map((type) => [type, untimedIncrements(type)]),
) as Record<StandardEventType, readonly number[]>;

const CUSTOM = untimedIncrements("");
