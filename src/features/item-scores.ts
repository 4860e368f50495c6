import type { D1Database } from "@cloudflare/workers-types";
import { SHARDS } from "./counter-shards.ts";
import { type CounterName, ITEM_COUNTERS } from "./declarations.ts";

export interface ItemScore {
  itemId: string;
  score: number;
}

/** UTC hours or days since the epoch, each with what its interactions weigh. */
export interface WeightedBuckets {
  bucket: "hour" | "day";
  weights: readonly (readonly [bucket: number, weight: number])[];
}

/** Rows read at once: of a month of 50,000 items some 9 MB. */
const SHARDS_PER_READ = 8;
const PARTS_PER_READ = 100;

const at = (counter: CounterName) => ITEM_COUNTERS.findIndex(({ name }) => name === counter);
const SCORE = at("score");
const IMPRESSIONS = at("impressions");
const CLICKS = at("clicks");

/** Items by the weighted sum of their buckets' scores, the best `limit`, best first. */
export async function readItemScores(
  profiles: Pick<D1Database, "prepare">,
  tenant: string,
  { limit, ...buckets }: WeightedBuckets & { limit: number },
): Promise<ItemScore[]> {
  const sums = new Map<string, number>();
  await readCounts(profiles, tenant, buckets, (itemId, counts, weight) => {
    const score = counts[SCORE] ?? 0;
    if (score !== 0) sums.set(itemId, (sums.get(itemId) ?? 0) + score * weight);
  });
  return best(sums, limit);
}

/** How often an item was shown, and clicked on. */
export interface ClickThrough {
  impressions: number;
  clicks: number;
}

/** Of every item that was shown or clicked on in the buckets. */
export async function readClickThrough(
  profiles: Pick<D1Database, "prepare">,
  tenant: string,
  buckets: WeightedBuckets,
): Promise<Map<string, ClickThrough>> {
  const sums = new Map<string, ClickThrough>();
  await readCounts(profiles, tenant, buckets, (itemId, counts) => {
    const before = sums.get(itemId) ?? { impressions: 0, clicks: 0 };
    const impressions = before.impressions + (counts[IMPRESSIONS] ?? 0);
    sums.set(itemId, { impressions, clicks: before.clicks + (counts[CLICKS] ?? 0) });
  });
  return sums;
}

/**
 * Every item of every bucket, with its counters in the order of `ITEM_COUNTERS`. The one read of counters that lists are made from; summed by the
 * caller, as D1 would bill each as a row read.
 */
async function readCounts(
  profiles: Pick<D1Database, "prepare">,
  tenant: string,
  { bucket, weights }: WeightedBuckets,
  take: (itemId: string, counts: readonly number[], weight: number) => void,
): Promise<void> {
  const weightOf = new Map(weights);
  const buckets = JSON.stringify(weights.map(([each]) => each));
  const add = ({ bucket: at, counts }: CountsRow) => {
    const weight = weightOf.get(at) ?? 0;
    for (const [itemId, each] of Object.entries(JSON.parse(counts) as Record<string, number[]>))
      take(itemId, each, weight);
  };
  for (let first = 0; first < SHARDS.item; first += SHARDS_PER_READ) {
    const { results } = await profiles
      .prepare(READ_SHARDS)
      .bind(bucket, buckets, tenant, first, first + SHARDS_PER_READ - 1)
      .all<CountsRow>();
    results.forEach(add);
  }
  for (let offset = 0, read = PARTS_PER_READ; read === PARTS_PER_READ; offset += PARTS_PER_READ) {
    const { results } = await profiles
      .prepare(readParts(bucket))
      .bind(tenant, buckets, PARTS_PER_READ, offset)
      .all<CountsRow>();
    results.forEach(add);
    read = results.length;
  }
}

interface CountsRow {
  bucket: number;
  counts: string;
}

const READ_SHARDS = `
SELECT shard.bucket, shard.counts FROM json_each(?2) AS wanted CROSS JOIN counter_shards AS shard
  ON shard.size = ?1 AND shard.bucket = wanted.value AND shard.tenant = ?3 AND shard.kind = 'item'
    AND shard.shard BETWEEN ?4 AND ?5`;

function readParts(bucket: "hour" | "day"): string {
  return `
SELECT ${bucket} AS bucket, items AS counts FROM counter_parts
WHERE tenant = ?1 AND ${bucket} IN (SELECT value FROM json_each(?2)) ORDER BY day, hour, part LIMIT ?3 OFFSET ?4`;
}

function best(sums: ReadonlyMap<string, number>, limit: number): ItemScore[] {
  return [...sums]
    .map(([itemId, score]) => ({ itemId, score: Math.round(score * 10_000) / 10_000 }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.itemId < b.itemId ? -1 : 1))
    .slice(0, limit);
}
