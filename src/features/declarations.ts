import { COUNTER_DAYS, COUNTER_HOURS, HISTORY_MAX } from "../base/index.ts";
import { type EVENT_TYPES, eventTypeWeight } from "../events/index.ts";

/**
 * A feature, declared once: D1's columns and statements are made from it, and training computes the same from the lake.
 * Windows are UTC buckets: a window is the current bucket and those before it.
 */
export type Feature =
  | {
      name: string;
      entity: "item";
      /** Event types it counts; "weighted": every type with a weight above 0, the tenant's own included. */
      sources: readonly string[] | "weighted";
      windows: readonly { bucket: "hour" | "day"; count: number }[];
      /** `count`: one per event and item; `weight`: the event type's weight. Both are whole numbers, so order never shows. */
      aggregation: "count" | "weight";
      default: 0;
    }
  | {
      name: string;
      entity: "user";
      sources: "weighted";
      /** The newest entries kept, by (occurred_at, event_id). */
      window: { last: number };
      aggregation: "list";
      default: readonly [];
    };

const WINDOWS = [
  { bucket: "hour", count: COUNTER_HOURS },
  { bucket: "day", count: COUNTER_DAYS },
] as const;

function counter(name: string, type: keyof typeof EVENT_TYPES) {
  return {
    name,
    entity: "item",
    sources: [type],
    windows: WINDOWS,
    aggregation: "count",
    default: 0,
  } as const;
}

export const ITEM_COUNTERS = [
  counter("views", "view"),
  counter("clicks", "click"),
  counter("carts", "add_to_cart"),
  counter("purchases", "purchase"),
  counter("impressions", "impression"),
  {
    name: "score",
    entity: "item",
    sources: "weighted",
    windows: WINDOWS,
    aggregation: "weight",
    default: 0,
  },
] as const satisfies readonly Feature[];

export const USER_HISTORY = {
  name: "history",
  entity: "user",
  sources: "weighted",
  window: { last: HISTORY_MAX },
  aggregation: "list",
  default: [],
} as const satisfies Feature;

export const FEATURES: readonly Feature[] = [...ITEM_COUNTERS, USER_HISTORY];

/** What one event of a type adds to each counter of an item, in the order of `ITEM_COUNTERS`. */
export function counterIncrements(type: string): number[] {
  const weight = eventTypeWeight(type);
  return ITEM_COUNTERS.map(({ sources, aggregation }) => {
    const counts = sources === "weighted" ? weight > 0 : (sources as readonly string[]).includes(type);
    if (!counts) return 0;
    return aggregation === "weight" ? weight : 1;
  });
}
