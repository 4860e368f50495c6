import { HOUR_MS, MINUTE_MS } from "../base/index.ts";
import { eventTypeWeight } from "../events/index.ts";
import type { Activity, ActivitySession } from "./activity.ts";
import { AFFINITIES, LAST_ITEMS, PRICE_BAND } from "./declarations.ts";
import type { Facets } from "./facets.ts";
import type { Interaction } from "./history.ts";
import { interestPattern } from "./interest-pattern.ts";
import { SESSION_PATTERN } from "./session-pattern.ts";

export interface UserFeatures {
  /** Category or tag → its share of the decayed interest. */
  category_affinity: Record<string, number>;
  tag_affinity: Record<string, number>;
  /** Newest first. */
  last_items: string[];
  price_level: number | null;
}

/** `history`: oldest first, by (occurred_at, event_id); `facetsOf`: the items as they are at `nowMs`. */
export function userFeatures(
  history: readonly Interaction[],
  facetsOf: (itemId: string) => Facets | null,
  nowMs: number,
): UserFeatures {
  const shares = AFFINITIES.map((affinity) => affinityShares(affinity, history, facetsOf, nowMs));
  const prices = history.flatMap(({ itemId }) => {
    const price = facetsOf(itemId)?.price ?? null;
    return price === null ? [] : [Math.log1p(price)];
  });
  const newest = history.slice(-LAST_ITEMS.count).reverse();
  return {
    category_affinity: shares[0] ?? {},
    tag_affinity: shares[1] ?? {},
    last_items: newest.map(({ itemId }) => itemId),
    price_level: prices.length === 0 ? null : prices.reduce((sum, price) => sum + price, 0) / prices.length,
  };
}

function affinityShares(
  { facet, halfLifeMs }: (typeof AFFINITIES)[number],
  history: readonly Interaction[],
  facetsOf: (itemId: string) => Facets | null,
  nowMs: number,
): Record<string, number> {
  const interest = new Map<string, number>();
  let total = 0;
  for (const { itemId, type, occurredAtMs } of history) {
    const weight = eventTypeWeight(type) * 0.5 ** (Math.max(0, nowMs - occurredAtMs) / halfLifeMs);
    for (const name of facetsOf(itemId)?.[facet] ?? []) {
      interest.set(name, (interest.get(name) ?? 0) + weight);
      total += weight;
    }
  }
  return Object.fromEntries([...interest].map(([name, sum]) => [name, total === 0 ? 0 : sum / total]));
}

export interface UserItemFeatures {
  /** The user's affinity to the categories of the item, and to its tags. */
  category_affinity: number;
  tag_affinity: number;
  price_band: number | null;
}

export function userItemFeatures(user: UserFeatures, facets: Facets | null): UserItemFeatures {
  const sum = (shares: Record<string, number>, names: readonly string[]) =>
    names.reduce((total, name) => total + (Object.hasOwn(shares, name) ? (shares[name] as number) : 0), 0);
  return {
    category_affinity: sum(user.category_affinity, facets?.categories ?? []),
    tag_affinity: sum(user.tag_affinity, facets?.tags ?? []),
    price_band: priceBand(user.price_level, facets?.price ?? null),
  };
}

/** −2 far below the user's level … 2 far above it. */
export function priceBand(level: number | null, price: number | null): number | null {
  if (level === null || price === null) return PRICE_BAND.default;
  const difference = Math.log1p(price) - level;
  return PRICE_BAND.edges.filter((edge) => difference >= edge).length - PRICE_BAND.edges.length / 2;
}

export interface SessionFeatures {
  session_ms: number;
  session_events: number;
  session_items: number;
  interest_distance: number;
  interest_changed: boolean;
  automated: boolean;
  device: string | null;
  country: string | null;
  referrer: string | null;
  local_hour: number;
}

/** `activity`: of the actor's newest day. A session counts as current until half an hour after its newest event. */
export function sessionFeatures(
  activity: Activity,
  facetsOf: (itemId: string) => Facets | null,
  nowMs: number,
): SessionFeatures {
  const newest = activity.sessions.at(-1);
  const isCurrent = newest !== undefined && nowMs - newest.occurredAtMs <= SESSION_PATTERN.gapMs;
  const session = isCurrent ? newest : null;
  const { device, country, referrer, utc_offset_min: offset } = activity.surroundings;
  const text = (told: readonly [string, string | number] | undefined) =>
    told === undefined ? null : String(told[1]);
  const offsetMs = Number(offset?.[1] ?? 0) * MINUTE_MS;
  const interest = interestOf(session, facetsOf);
  return {
    session_ms: session === null ? 0 : session.lastMs - session.firstMs,
    session_events: session?.count ?? 0,
    session_items: itemsOf(session),
    interest_distance: interestPattern.distance(interest),
    interest_changed: interestPattern.verdict(interest),
    automated: session?.automated ?? false,
    device: text(device),
    country: text(country),
    referrer: text(referrer),
    local_hour: Math.floor((nowMs + offsetMs) / HOUR_MS) % 24,
  };
}

/** Distinct items of interest; a session too deep to be kept tells none. */
function itemsOf(session: ActivitySession | null): number {
  return new Set(interactionsOf(session)).size;
}

function interactionsOf(session: ActivitySession | null): string[] {
  return (session?.entries ?? []).flatMap(([, , , type, itemIds]) =>
    eventTypeWeight(type) > 0 ? itemIds.slice(0, 1) : [],
  );
}

function interestOf(session: ActivitySession | null, facetsOf: (itemId: string) => Facets | null) {
  let state = interestPattern.init();
  for (const itemId of interactionsOf(session)) {
    const category = facetsOf(itemId)?.categories[0];
    if (category !== undefined) state = interestPattern.step(state, category);
  }
  return state;
}
