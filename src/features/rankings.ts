import type { D1Database } from "@cloudflare/workers-types";
import { DAY_MS, HOUR_MS } from "../base/index.ts";
import { type ItemScore, readItemScores, type WeightedBuckets } from "./item-scores.ts";
import { LIST_ITEMS_MAX, type ListName } from "./list.ts";
import type { ListedItems } from "./listed-items.ts";

/** Lists of what happened to items; the newest are not of these. */
export type CountedList = Exclude<ListName, "newest">;

interface Window {
  bucket: "hour" | "day";
  /** The current bucket and those before it. */
  count: number;
  /** Buckets after which an interaction counts half; absent: all count alike. */
  halfLife?: number;
}

/**
 * A window's newer quarter counts twice the one before: with six hours for a day, its rhythm shows, yet this morning beats last
 * night. What is popular is a plain sum: it is to stand still.
 */
const WINDOWS: Record<CountedList, Window> = {
  trending_1h: { bucket: "hour", count: 1 },
  trending_24h: { bucket: "hour", count: 24, halfLife: 6 },
  trending_7d: { bucket: "day", count: 7, halfLife: 7 / 4 },
  popular: { bucket: "day", count: 31 },
};

/** Looked up at once; most are enough for a full list and for its categories, more are looked up only where many items may not be shown. */
const CANDIDATES_PER_PAGE = 1_000;
const CANDIDATE_PAGES_MAX = 5;

export function bucketsOf(name: CountedList, nowMs: number): WeightedBuckets {
  const { bucket, count, halfLife = Number.POSITIVE_INFINITY } = WINDOWS[name];
  const now = Math.floor(nowMs / (bucket === "hour" ? HOUR_MS : DAY_MS));
  const weights = Array.from({ length: count }, (_, age) => [now - age, 0.5 ** (age / halfLife)] as const);
  return { bucket, weights };
}

/** Items that may be answered, best first: those of a full list, and what was read beyond it. */
export async function countedRanking(
  profiles: Pick<D1Database, "prepare">,
  shelf: ListedItems,
  { tenant, name, nowMs }: { tenant: string; name: CountedList; nowMs: number },
): Promise<ItemScore[]> {
  const found: ItemScore[] = [];
  const limit = CANDIDATES_PER_PAGE * CANDIDATE_PAGES_MAX;
  const ranked = await readItemScores(profiles, tenant, { ...bucketsOf(name, nowMs), limit });
  for (let page = 0; page < CANDIDATE_PAGES_MAX && found.length < LIST_ITEMS_MAX[name]; page++) {
    const candidates = ranked.slice(page * CANDIDATES_PER_PAGE, (page + 1) * CANDIDATES_PER_PAGE);
    await shelf.load(candidates.map(({ itemId }) => itemId));
    found.push(...candidates.filter(({ itemId }) => shelf.get(itemId) !== null));
    if (candidates.length < CANDIDATES_PER_PAGE) break;
  }
  return found;
}

/** As many of the newest as categories are looked for in. The score is the time of publication: it only has to fall along the list. */
export async function newestRanking(shelf: ListedItems, nowMs: number): Promise<ItemScore[]> {
  const newest = await shelf.newest(CANDIDATES_PER_PAGE, nowMs);
  return newest.map(({ itemId, publishedAtMs }) => ({ itemId, score: publishedAtMs }));
}
