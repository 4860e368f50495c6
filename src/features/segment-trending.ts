import { HOUR_MS } from "../base/index.ts";
import type { SegmentDimension, TenantLists } from "./list.ts";
import { fieldsAt, type ListedItem, type PackedList } from "./packed-items.ts";
import { referrerGroup } from "./referrer-group.ts";

/** What the edge knows of somebody of whom it knows nothing else. */
export interface SegmentVisitor {
  /** ISO 3166, two letters. */
  country?: string | undefined;
  device?: string | undefined;
  /** When the visitor asks. */
  nowMs?: number | undefined;
  /** The address, or only the host, that led to the site; empty for one that was typed in; absent where it is not known. */
  referrer?: string | undefined;
}

/**
 * Interactions (decayed and weighted) that a segment must have seen to count as much as the whole: below, its own shares are mostly
 * chance. With 200, an item with a true share of 2 % has a standard error of half of that.
 */
const PRIOR_COUNT = 200;

/** Hours of a part of the day. */
const PART_HOURS = 4;

/**
 * The part of the day in UTC, "0" … "5". UTC and not the visitor's clock: events do not tell their zone unless the page sends it, and
 * the same clock must stand on both sides. Four hours need no boundary that is right everywhere.
 */
export function hourPart(atMs: number): string {
  return String(Math.floor((Math.floor(atMs / HOUR_MS) % 24) / PART_HOURS));
}

/** The visitor's value in each dimension; null where it is not known. */
export function segmentValues({
  country,
  device,
  nowMs,
  referrer,
}: SegmentVisitor): Record<SegmentDimension, string | null> {
  return {
    country: country ?? null,
    device: device ?? null,
    hour: nowMs === undefined ? null : hourPart(nowMs),
    referrer: referrerGroup(referrer),
  };
}

/**
 * Trending for a visitor without a history, best first: for each dimension that is known, the segment's shares of interactions shrunk
 * towards those of the last 24 hours on the whole, and the mean over dimensions. A segment with n interactions has the
 * weight n / (n + 200), the rest is the whole's: the posterior mean under a Dirichlet prior (empirical Bayes, Efron and Morris,
 * JASA 1973). Scores are shares, 0 … 1. The whole is the shortest of 24 hours, 7 and
 * 31 days in which anything happened; on a site where nothing did, the list is empty.
 */
export function segmentTrending(
  { items, lists, segments }: Pick<TenantLists, "items" | "lists" | "segments">,
  visitor: SegmentVisitor,
  limit: number,
): ListedItem[] {
  const whole = [lists.trending_24h, lists.trending_7d, lists.popular].find(({ at }) => at.length > 0);
  const matching = Object.entries(segmentValues(visitor)).flatMap(
    ([dimension, value]) =>
      segments[dimension as SegmentDimension]?.filter((segment) => segment.value === value) ?? [],
  );
  const shares = new Float64Array(items.itemIds.length);
  const add = ({ at, scores }: PackedList, factor: number) => {
    for (let rank = 0; rank < at.length; rank++) {
      const place = at[rank] as number;
      shares[place] = (shares[place] as number) + (scores[rank] as number) * factor;
    }
  };
  let left = 1;
  for (const segment of matching) {
    if (segment.total <= 0) continue;
    const weight = segment.total / (segment.total + PRIOR_COUNT) / matching.length;
    add(segment, weight / segment.total);
    left -= weight;
  }
  const sum = whole?.scores.reduce((total, score) => total + score, 0) ?? 0;
  if (whole !== undefined && sum > 0) add(whole, left / sum);
  return best(shares, items.itemIds, limit).map((place) => ({
    itemId: items.itemIds[place] as string,
    score: shares[place] as number,
    fields: fieldsAt(items, place),
  }));
}

/** Places of the largest shares above 0, by share, then id. */
function best(shares: Float64Array, itemIds: readonly string[], limit: number): number[] {
  const places: number[] = [];
  for (let place = 0; place < shares.length; place++) if ((shares[place] as number) > 0) places.push(place);
  const byShare = (a: number, b: number) =>
    (shares[b] as number) - (shares[a] as number) ||
    ((itemIds[a] as string) < (itemIds[b] as string) ? -1 : 1);
  return places.sort(byShare).slice(0, limit);
}
