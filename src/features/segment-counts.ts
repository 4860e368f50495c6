import { DAY_MS, type ObjectStore } from "../base/index.ts";
import type { ItemPacker } from "./item-packer.ts";
import type { ItemScore } from "./item-scores.ts";
import type { SegmentDimension, TenantLists } from "./list.ts";

/**
 * Days after which an interaction counts half: the same part of the day comes again three times before, so that a part is a habit and
 * not one night.
 */
export const SEGMENT_HALF_LIFE_DAYS = 3;

/** What the visitors of one value of a dimension did, items with most first. */
export interface SegmentCount {
  dimension: SegmentDimension;
  value: string;
  /** Of all items, those left out too. */
  total: number;
  items: ItemScore[];
}

/** Weighted interactions by segment, of one tenant, each counted as what is left of it at the end of `day`. */
export interface SegmentCounts {
  v: 1;
  /** UTC, since the epoch. */
  day: number;
  segments: SegmentCount[];
}

/** Which state of silver has been counted, and where. One object for all tenants: replacing it is what makes a count valid. */
export interface SegmentManifest {
  v: 1;
  /** Of silver.interactions. */
  snapshotId: number;
  /** Names of `SegmentCounts`, by tenant. */
  tenants: Record<string, string>;
  /** What the manifest before this one named: who read that one may still ask for them. */
  before: string[];
}

export const SEGMENTS_PREFIX = "segments/";
export const SEGMENT_MANIFEST = `${SEGMENTS_PREFIX}current.json`;

export async function readJson<Value>(
  store: Pick<ObjectStore, "get">,
  key: string,
): Promise<{ value: Value; etag: string } | null> {
  const object = await store.get(key);
  if (object === null) return null;
  return { value: JSON.parse(new TextDecoder().decode(object.bytes)) as Value, etag: object.etag };
}

/** Null until the tenant's events have been counted. */
export async function readSegmentCounts(
  store: Pick<ObjectStore, "get">,
  tenant: string,
): Promise<SegmentCounts | null> {
  const manifest = await readJson<SegmentManifest>(store, SEGMENT_MANIFEST);
  const tenants = manifest?.value.tenants ?? {};
  const key = Object.hasOwn(tenants, tenant) ? tenants[tenant] : undefined;
  return key === undefined ? null : ((await readJson<SegmentCounts>(store, key))?.value ?? null);
}

/** Segments of a dimension that lists are made for, those with most interactions; countries are many and small. */
const SEGMENTS_MAX: Record<SegmentDimension, number> = { country: 12, device: 4, hour: 6, referrer: 8 };
/** Items of a segment's list. They add to trending's 200: what only the whole likes is in there. */
export const SEGMENT_ITEMS_MAX = 50;

/** The segments' lists, with what is left of their interactions by now. */
export function segmentLists(
  { day, segments }: SegmentCounts,
  packer: Pick<ItemPacker, "pack">,
  nowMs: number,
): TenantLists["segments"] {
  // Whole days only: a quiet site's value stays as it is.
  const daysAgo = Math.max(0, Math.floor(nowMs / DAY_MS) - day);
  const left = 0.5 ** (daysAgo / SEGMENT_HALF_LIFE_DAYS);
  const rounded = (count: number) => Math.round(count * left * 100) / 100;
  const lists: TenantLists["segments"] = {};
  for (const { dimension, value, total, items } of segments.toSorted((a, b) => b.total - a.total)) {
    const ofDimension = lists[dimension] ?? [];
    lists[dimension] = ofDimension;
    if (ofDimension.length >= SEGMENTS_MAX[dimension] || rounded(total) === 0) continue;
    const scores = items.map(({ itemId, score }) => ({ itemId, score: rounded(score) }));
    ofDimension.push({ value, total: rounded(total), ...packer.pack(scores, SEGMENT_ITEMS_MAX) });
  }
  return lists;
}
