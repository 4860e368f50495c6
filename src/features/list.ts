import { ANSWER_ITEMS_MAX, EXCLUDE_MAX } from "../base/index.ts";
import type { PackedItems, PackedList } from "./packed-items.ts";

/** The lists that are the same for everybody, and those of a category. */
export const LIST_NAMES = ["trending_1h", "trending_24h", "trending_7d", "popular", "newest"] as const;

export type ListName = (typeof LIST_NAMES)[number];

/**
 * Items of a materialised list: enough for the longest answer with a hundred items excluded. The newest, which stand behind
 * all others, are enough for the longest answer beside an item with as many excluded as a request may name.
 */
export const LIST_ITEMS_MAX: Record<ListName, number> = {
  trending_1h: 200,
  trending_24h: 200,
  trending_7d: 200,
  popular: 200,
  newest: ANSWER_ITEMS_MAX + EXCLUDE_MAX + 1,
};

/** The categories with most interactions of seven days have lists of their own. */
export const LIST_CATEGORIES_MAX = 40;
/** Items of each list of a category: two pages of a shop; what is wanted beyond is in the lists of everything. */
export const CATEGORY_ITEMS_MAX = 50;

/** What visitors have in common before anything is known of them. */
export const SEGMENT_DIMENSIONS = ["country", "device", "hour", "referrer"] as const;

export type SegmentDimension = (typeof SEGMENT_DIMENSIONS)[number];

/** One value of a dimension, with what its visitors did. */
export interface SegmentList extends PackedList {
  value: string;
  /** Decayed weighted interactions of all of the segment's visitors, on whatever item. `scores` are parts of it. */
  total: number;
}

/** All of a tenant's lists in one value of KV, made ahead of requests: items and lists cannot be of different times. */
export interface TenantLists {
  v: 1;
  createdAtMs: number;
  items: PackedItems;
  lists: Record<ListName, PackedList>;
  /** Items of which little is known; the score is the chance of being the best of them. Absent in values of earlier releases. */
  explored?: PackedList;
  /** Empty until silver has been counted. */
  segments: Partial<Record<SegmentDimension, SegmentList[]>>;
}

/** The same by category, in a value of its own: only who asks for a category reads it. */
export interface TenantCategories {
  v: 1;
  createdAtMs: number;
  items: PackedItems;
  /** The most active first. */
  categories: { category: string; lists: Record<ListName, PackedList> }[];
}

export function listsName(tenant: string): string {
  return `list:${tenant}:all`;
}

export function categoriesName(tenant: string): string {
  return `list:${tenant}:categories`;
}

/** Null for a category without lists of its own. */
export function categoryList(
  { categories }: TenantCategories,
  category: string,
  name: ListName,
): PackedList | null {
  return categories.find((each) => each.category === category)?.lists[name] ?? null;
}
