import {
  AFFINITIES,
  type Counter,
  FRESHNESS,
  ITEM_COUNTERS,
  LAST_ITEMS,
  PRICE_BAND,
  SURROUNDINGS,
  USER_HISTORY,
  WINDOWED,
  WINDOWS,
} from "./declarations.ts";
import { INTEREST_PATTERN } from "./interest-pattern.ts";
import { SESSION_PATTERN } from "./session-pattern.ts";

/** One served feature, as data: what its value is made from, and what it is when there is nothing to make it from. */
export interface Feature {
  name: string;
  entity: "item" | "category" | "user" | "session" | "user_item";
  /** Event types; "weighted": all that show interest; "all": every event; "catalogue": no event, the item's own state. */
  sources: readonly string[] | "weighted" | "all" | "catalogue";
  /** UTC buckets, the newest interactions, the current session, or null where time plays no part. */
  window:
    | { bucket: "hour" | "day"; count: number }
    | { last: number }
    | { gapMs: number }
    | { halfLifeMs: number }
    | null;
  aggregation: string;
  /** Column type of the feature in the lake. */
  type: "long" | "double" | "string" | "boolean" | "json";
  prior?: { successes: number; trials: number };
  default: unknown;
}

function sourcesOf(name: string): Feature["sources"] {
  const counters: readonly Counter[] = ITEM_COUNTERS;
  return counters.find((each) => each.name === name)?.sources ?? [];
}

function windowed(entity: "item" | "category"): Feature[] {
  return WINDOWS.flatMap(({ name, bucket, count }) =>
    WINDOWED.map((each): Feature => {
      const per = "per" in each ? sourcesOf(each.per) : [];
      return {
        name: `${each.name}_${name}`,
        entity,
        sources: [...new Set([...sourcesOf(each.of), ...per])],
        window: { bucket, count },
        aggregation: each.kind,
        type: each.kind === "count" ? "long" : "double",
        ...(each.kind === "rate"
          ? { prior: each.prior, default: each.prior.successes / each.prior.trials }
          : { default: 0 }),
      };
    }),
  );
}

const SESSION_WINDOW = { gapMs: SESSION_PATTERN.gapMs };
const NEWEST = { last: USER_HISTORY.window.last };

function ofSession(name: string, type: Feature["type"], aggregation: string, value: unknown): Feature {
  return {
    name,
    entity: "session",
    sources: "all",
    window: SESSION_WINDOW,
    aggregation,
    type,
    default: value,
  };
}

export const FEATURES: readonly Feature[] = [
  ...windowed("item"),
  ...windowed("category"),
  {
    name: "age_days",
    entity: "item",
    sources: "catalogue",
    window: null,
    aggregation: "age",
    type: "double",
    default: null,
  },
  {
    name: "freshness",
    entity: "item",
    sources: "catalogue",
    window: FRESHNESS,
    aggregation: "decay",
    type: "double",
    default: null,
  },
  ...AFFINITIES.map(
    ({ name, halfLifeMs }): Feature => ({
      name,
      entity: "user",
      sources: USER_HISTORY.sources,
      window: { halfLifeMs },
      aggregation: "decayed share",
      type: "json",
      default: {},
    }),
  ),
  {
    name: LAST_ITEMS.name,
    entity: "user",
    sources: "weighted",
    window: { last: LAST_ITEMS.count },
    aggregation: "list",
    type: "json",
    default: LAST_ITEMS.default,
  },
  {
    name: "price_level",
    entity: "user",
    sources: "weighted",
    window: NEWEST,
    aggregation: "mean of log(1 + price)",
    type: "double",
    default: null,
  },
  {
    name: PRICE_BAND.name,
    entity: "user_item",
    sources: "weighted",
    window: NEWEST,
    aggregation: "band",
    type: "long",
    default: PRICE_BAND.default,
  },
  ofSession("session_ms", "long", "newest less oldest event", 0),
  ofSession("session_events", "long", "count", 0),
  ofSession("session_items", "long", "distinct items", 0),
  ofSession(
    "interest_distance",
    "double",
    `newest ${INTEREST_PATTERN.newest} interactions beside those before`,
    0,
  ),
  ofSession("interest_changed", "boolean", `distance of ${INTEREST_PATTERN.distanceMin} or more`, false),
  ofSession("automated", "boolean", "rate, regularity, depth", false),
  ...SURROUNDINGS.filter(({ name }) => name !== "utc_offset_min").map(
    ({ name, default: value }): Feature => ofSession(name, "string", "newest event that tells", value),
  ),
  ofSession("local_hour", "long", "hour of the day, by the page's offset from UTC", null),
];
