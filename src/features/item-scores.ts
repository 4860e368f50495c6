import type { D1Database } from "@cloudflare/workers-types";

export interface ItemScore {
  itemId: string;
  score: number;
}

/** UTC hours or days since the epoch, each with what its interactions weigh. */
export interface WeightedBuckets {
  bucket: "hour" | "day";
  weights: readonly (readonly [bucket: number, weight: number])[];
}

const TABLES = { hour: "item_hourly", day: "item_daily" } as const;

/** Items by the weighted sum of their buckets' scores, best first, a page of them. The one read of counters that lists are made from. */
export async function readItemScores(
  profiles: Pick<D1Database, "prepare">,
  tenant: string,
  { bucket, weights, limit, offset }: WeightedBuckets & { limit: number; offset: number },
): Promise<ItemScore[]> {
  const { results } = await profiles
    .prepare(
      `SELECT count.item_id AS itemId, round(sum(count.score * (weight.value ->> 1)), 4) AS score
       FROM json_each(?1) AS weight CROSS JOIN ${TABLES[bucket]} AS count
         ON count.${bucket} = weight.value ->> 0 AND count.tenant = ?2
       WHERE count.score > 0
       GROUP BY count.item_id ORDER BY 2 DESC, 1 LIMIT ?3 OFFSET ?4`,
    )
    .bind(JSON.stringify(weights), tenant, limit, offset)
    .all<ItemScore>();
  return results;
}
