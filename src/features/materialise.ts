import type { D1Database, KVNamespace } from "@cloudflare/workers-types";
import { HOUR_MS, MINUTE_MS, type ObjectStore } from "../base/index.ts";
import { categoryRankings, type Rankings } from "./category-rankings.ts";
import { heldRanking } from "./held-ranking.ts";
import { ItemPacker } from "./item-packer.ts";
import type { ItemScore } from "./item-scores.ts";
import {
  CATEGORY_ITEMS_MAX,
  categoriesName,
  LIST_ITEMS_MAX,
  LIST_NAMES,
  type ListName,
  listsName,
  type TenantCategories,
  type TenantLists,
} from "./list.ts";
import { ListedItems } from "./listed-items.ts";
import type { PackedList } from "./packed-items.ts";
import { countedRanking, newestRanking } from "./rankings.ts";
import { readSegmentCounts, type SegmentCounts, segmentLists } from "./segment-counts.ts";
import { trialRanking } from "./trial-ranking.ts";

export interface ListPorts {
  core: D1Database;
  profiles: D1Database;
  kv: Pick<KVNamespace, "get" | "put">;
  /** Where the segments' counts lie. */
  store: Pick<ObjectStore, "get">;
}

/** Items of the day's trending list, of the popular and of the newest. */
export type ListCounts = Record<"trending" | "popular" | "newest", number>;

interface Held {
  lists: TenantLists | null;
  categories: TenantCategories | null;
}

/** KV bills writes dearly: a value that changes all the time is written once in this time, on the clock's own steps. */
const WRITE_INTERVAL_MS = 5 * MINUTE_MS;
/**
 * Sums over days hardly move in an hour, and are most of the rows that lists are made from: they are made anew in the first refresh of
 * an hour. Where so few items are popular, the site is young, everything is new, and the rows are few.
 */
const YOUNG_ITEMS = 50;
/** Of a value's items as JSON: parsed in some 10 ms, once in an isolate's 30 s. With fields of 300 B, all lists of everything and of 40 categories fit. */
const ITEMS_CHARS_MAX = 1_000_000;

/**
 * Makes the tenant's lists anew and writes each of their two values to KV where it changed, at most once in five minutes unless forced.
 * Returns how many items the main lists have now. An empty trending or popular list says: no interaction in its window.
 */
export async function refreshLists(
  ports: ListPorts,
  tenant: string,
  { nowMs, force }: { nowMs: number; force: boolean },
): Promise<ListCounts> {
  const lists = await ports.kv.get<TenantLists>(listsName(tenant), "json");
  const step = (ms: number) => Math.floor(ms / WRITE_INTERVAL_MS);
  if (lists !== null && !force && step(lists.createdAtMs) === step(nowMs)) return countsOf(lists);
  const held = { lists, categories: await ports.kv.get<TenantCategories>(categoriesName(tenant), "json") };
  const made = await materialise(ports, held, { tenant, nowMs, force });
  await putChanged(ports.kv, categoriesName(tenant), held.categories, made.categories);
  // Last: its time is what says that a refresh was made.
  await putChanged(ports.kv, listsName(tenant), held.lists, made.lists);
  return countsOf(made.lists);
}

function countsOf({ lists }: TenantLists): ListCounts {
  return {
    trending: lists.trending_24h.at.length,
    popular: lists.popular.at.length,
    newest: lists.newest.at.length,
  };
}

async function putChanged<Value extends { createdAtMs: number }>(
  kv: ListPorts["kv"],
  name: string,
  held: Value | null,
  made: Value,
): Promise<void> {
  const text = JSON.stringify(made);
  if (held !== null && JSON.stringify({ ...held, createdAtMs: made.createdAtMs }) === text) return;
  await kv.put(name, text);
}

interface Refresh {
  tenant: string;
  nowMs: number;
  force: boolean;
}

async function materialise(
  ports: ListPorts,
  held: Held,
  refresh: Refresh,
): Promise<{ lists: TenantLists; categories: TenantCategories }> {
  const { tenant, nowMs } = refresh;
  const shelf = new ListedItems(ports.core, tenant);
  const rankings = await makeRankings(ports, held, { ...refresh, shelf });
  const onTrial = await trialRanking(ports.profiles, shelf, { tenant, nowMs });
  const counts = await readSegmentCounts(ports.store, tenant);
  await shelf.load(counts?.segments.flatMap(({ items }) => items.map(({ itemId }) => itemId)) ?? []);
  return {
    lists: packLists(rankings, { onTrial, counts }, { shelf, nowMs }),
    categories: packCategories(rankings, { shelf, nowMs }),
  };
}

async function makeRankings(
  { profiles }: ListPorts,
  held: Held,
  { tenant, nowMs, force, shelf }: Refresh & { shelf: ListedItems },
): Promise<Rankings> {
  const counted = (name: Exclude<ListName, "newest">) =>
    countedRanking(profiles, shelf, { tenant, name, nowMs });
  const isDue = force || !isOfThisHour(held, nowMs);
  const slow = async (name: "trending_7d" | "popular") =>
    isDue ? counted(name) : heldRanking(held, name, shelf);
  // One after another: what one has loaded the next need not load.
  return {
    trending_24h: await counted("trending_24h"),
    trending_1h: await counted("trending_1h"),
    trending_7d: await slow("trending_7d"),
    popular: await slow("popular"),
    newest: await newestRanking(shelf, nowMs),
  };
}

function isOfThisHour({ lists, categories }: Held, nowMs: number): boolean {
  if (lists === null || categories === null) return false;
  const isYoung = lists.lists.popular.at.length < YOUNG_ITEMS;
  return !isYoung && Math.floor(lists.createdAtMs / HOUR_MS) === Math.floor(nowMs / HOUR_MS);
}

interface Shelf {
  shelf: ListedItems;
  nowMs: number;
}

function packLists(
  rankings: Rankings,
  { onTrial, counts }: { onTrial: readonly ItemScore[]; counts: SegmentCounts | null },
  { shelf, nowMs }: Shelf,
): TenantLists {
  const packer = new ItemPacker(shelf, ITEMS_CHARS_MAX);
  const lists = packAll((name) => packer.pack(rankings[name], LIST_ITEMS_MAX[name]));
  const explored = packer.pack(onTrial, onTrial.length);
  const segments = counts === null ? {} : segmentLists(counts, packer, nowMs);
  return { v: 1, createdAtMs: nowMs, items: packer.items(), lists, explored, segments };
}

function packCategories(rankings: Rankings, { shelf, nowMs }: Shelf): TenantCategories {
  const packer = new ItemPacker(shelf, ITEMS_CHARS_MAX);
  const categories = categoryRankings(rankings, shelf).map(({ category, rankings: own }) => ({
    category,
    lists: packAll((name) => packer.pack(own[name], CATEGORY_ITEMS_MAX)),
  }));
  return { v: 1, createdAtMs: nowMs, items: packer.items(), categories };
}

function packAll(pack: (name: ListName) => PackedList): Record<ListName, PackedList> {
  return Object.fromEntries(LIST_NAMES.map((name) => [name, pack(name)])) as Record<ListName, PackedList>;
}
