import type { D1Database } from "@cloudflare/workers-types";
import { SHARDS } from "./counter-shards.ts";
import { ITEM_COUNTERS } from "./declarations.ts";

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

const SCORE = ITEM_COUNTERS.findIndex(({ name }) => name === "score");

/**
 * Items by the weighted sum of their buckets' scores, the best `limit`, best first. The one read of counters that lists are made from.
 * Summed here: D1 would bill every item of every bucket as a row read.
 */
export async function readItemScores(
  profiles: Pick<D1Database, "prepare">,
  tenant: string,
  { bucket, weights, limit }: WeightedBuckets & { limit: number },
): Promise<ItemScore[]> {
  const sums = new Map<string, number>();
  const weightOf = new Map(weights);
  const buckets = JSON.stringify(weights.map(([each]) => each));
  const add = (row: CountsRow) => addScores(sums, row, weightOf.get(row.bucket) ?? 0);
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
  return best(sums, limit);
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

function addScores(sums: Map<string, number>, { counts }: CountsRow, weight: number): void {
  for (const [itemId, each] of Object.entries(JSON.parse(counts) as Record<string, number[]>)) {
    const score = each[SCORE] ?? 0;
    if (score !== 0) sums.set(itemId, (sums.get(itemId) ?? 0) + score * weight);
  }
}

function best(sums: ReadonlyMap<string, number>, limit: number): ItemScore[] {
  return [...sums]
    .map(([itemId, score]) => ({ itemId, score: Math.round(score * 10_000) / 10_000 }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.itemId < b.itemId ? -1 : 1))
    .slice(0, limit);
}
