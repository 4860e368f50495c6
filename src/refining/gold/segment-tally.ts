import { DAY_MS } from "../../base/index.ts";
import {
  SEGMENT_DIMENSIONS,
  SEGMENT_HALF_LIFE_DAYS,
  type SegmentCount,
  type SegmentCounts,
  type SegmentDimension,
  segmentValues,
} from "../../features/index.ts";
import type { EventCells } from "./difference.ts";

/** What segments take of an event. */
export const SEGMENT_COLUMNS = [
  "item_id",
  "item_known",
  "event_weight",
  "occurred_at",
  "country",
  "device",
  "context",
  "is_bot",
  "is_automated",
] as const;

export type SegmentEvent = EventCells<(typeof SEGMENT_COLUMNS)[number]>;

/** Items kept of a segment: four times those of its list, so that one may rise without having been forgotten first. */
const ITEMS_KEPT = 200;
/** Values kept of a dimension; only referrers have more, and those with few visitors tell nothing. */
const VALUES_KEPT = 50;
/**
 * While a count runs a segment holds up to so many items, then the lesser half of them is dropped (as by lossy counting, Manku and
 * Motwani, VLDB 2002), and a dimension so many values: about 25 MB for the most diverse of tenants.
 */
const ITEMS_AT_ONCE = 2_000;
const VALUES_AT_ONCE = 100;
/** Counts are kept to so many decimals: below is noise of the order of additions. */
const UNIT = 1e6;

interface Tallied {
  total: number;
  items: Map<string, number>;
}

/** The counts of one tenant's segments as of the end of a day, while events are added and taken back. */
export class SegmentTally {
  readonly #day: number;
  readonly #dimensions: Record<SegmentDimension, Map<string, Tallied>>;

  /** `held`: as of the same day or one before. */
  constructor(day: number, held: SegmentCounts | null) {
    this.#day = day;
    const none = SEGMENT_DIMENSIONS.map((name) => [name, new Map<string, Tallied>()] as const);
    this.#dimensions = Object.fromEntries(none) as Record<SegmentDimension, Map<string, Tallied>>;
    if (held === null) return;
    const left = leftAfter(day - held.day);
    for (const { dimension, value, total, items } of held.segments) {
      const scores = new Map(items.map(({ itemId, score }) => [itemId, score * left]));
      this.#dimensions[dimension].set(value, { total: total * left, items: scores });
    }
  }

  /** `sign`: −1 takes an event back. Bots, sessions that are not a person's, and items that no catalogue knows, count nowhere. */
  add(event: SegmentEvent, sign: 1 | -1): void {
    const { item_id: itemId, event_weight: weight, occurred_at: occurredAtMs } = event;
    if (itemId === null || weight <= 0 || event.item_known === false || event.is_bot || event.is_automated)
      return;
    const amount = sign * weight * leftAfter(this.#day - Math.floor(occurredAtMs / DAY_MS));
    const values = segmentValues(visitorOf(event));
    for (const dimension of SEGMENT_DIMENSIONS) {
      const value = values[dimension];
      if (value === null) continue;
      const tallied = this.#at(dimension, value);
      tallied.total += amount;
      tallied.items.set(itemId, (tallied.items.get(itemId) ?? 0) + amount);
      if (tallied.items.size > ITEMS_AT_ONCE) keepMost(tallied.items, ITEMS_AT_ONCE / 2, (score) => score);
    }
  }

  #at(dimension: SegmentDimension, value: string): Tallied {
    const values = this.#dimensions[dimension];
    const known = values.get(value);
    if (known !== undefined) return known;
    if (values.size >= VALUES_AT_ONCE) keepMost(values, VALUES_KEPT, ({ total }) => total);
    const made = { total: 0, items: new Map<string, number>() };
    values.set(value, made);
    return made;
  }

  counts(): SegmentCounts {
    const segments = SEGMENT_DIMENSIONS.flatMap((dimension) => {
      const values = this.#dimensions[dimension];
      keepMost(values, VALUES_KEPT, ({ total }) => total);
      return [...values].map(([value, tallied]) => countOf(dimension, value, tallied));
    });
    return { v: 1, day: this.#day, segments: segments.filter(({ total }) => total > 0) };
  }
}

function countOf(dimension: SegmentDimension, value: string, { total, items }: Tallied): SegmentCount {
  keepMost(items, ITEMS_KEPT, (score) => score);
  const scores = [...items].map(([itemId, score]) => ({ itemId, score: rounded(score) }));
  return { dimension, value, total: rounded(total), items: scores.filter(({ score }) => score > 0) };
}

/** Leaves those with most, in that order; of equal ones those first by name, so that a rerun leaves the same. */
function keepMost<Value>(entries: Map<string, Value>, count: number, of: (value: Value) => number): void {
  const kept = [...entries]
    .sort(([a, left], [b, right]) => of(right) - of(left) || (a < b ? -1 : 1))
    .slice(0, count);
  entries.clear();
  for (const [name, value] of kept) entries.set(name, value);
}

function visitorOf({ country, device, occurred_at: nowMs, context }: SegmentEvent) {
  const referrer = context?.referrer;
  return {
    nowMs,
    country: country ?? undefined,
    device: device ?? undefined,
    referrer: typeof referrer === "string" ? referrer : undefined,
  };
}

/** What is left of an interaction so many days later; of one that a wrong clock put into the future, all. */
function leftAfter(days: number): number {
  return 0.5 ** (Math.max(0, days) / SEGMENT_HALF_LIFE_DAYS);
}

function rounded(count: number): number {
  return Math.round(count * UNIT) / UNIT;
}
