import type { D1Database } from "@cloudflare/workers-types";
import { createPrng, DAY_MS, type Prng } from "../base/index.ts";
import { type ClickThrough, type ItemScore, readClickThrough } from "./item-scores.ts";
import type { ListedItems } from "./listed-items.ts";
import { bucketsOf } from "./rankings.ts";

/** An item is new for so long. */
const NEW_MS = 30 * DAY_MS;
/** Shown so often, an item's click-through is known well enough for the model to judge: to about ± 3 % at 10 %. */
const KNOWN_IMPRESSIONS = 400;
/** Half of it the newest, the rest those shown least; each draw below goes over all. */
const POOL_MAX = 100;
/** The site's own mean counts as so many impressions of every item. */
const PRIOR_IMPRESSIONS = 20;
/** Before anything was shown: one click on fifty. */
const MEAN_WITHOUT = 0.02;
/** A chance of 1 % is then known to within a fifth of itself. */
const DRAWS = 2_000;

/**
 * The items on trial: new, or hardly shown, each with its chance of having the best click-through of them. The posterior of an item's is
 * Beta(20 m + clicks, 20 (1 − m) + impressions − clicks) with the site's mean m, and the chances are counted over seeded draws from all posteriors:
 * the probabilities of Thompson sampling (Russo et al., A Tutorial on Thompson Sampling, 2018), worked out ahead of requests. Deterministic per day.
 */
export async function trialRanking(
  profiles: Pick<D1Database, "prepare">,
  shelf: ListedItems,
  { tenant, nowMs }: { tenant: string; nowMs: number },
): Promise<ItemScore[]> {
  const counts = await readClickThrough(profiles, tenant, bucketsOf("popular", nowMs));
  const newest = await shelf.newest(POOL_MAX / 2, nowMs);
  const isNew = newest
    .filter(({ publishedAtMs }) => nowMs - publishedAtMs < NEW_MS)
    .map(({ itemId }) => itemId);
  const hardlyShown = [...counts]
    .filter(([, { impressions }]) => impressions > 0 && impressions < KNOWN_IMPRESSIONS)
    .sort(([idA, a], [idB, b]) => a.impressions - b.impressions || (idA < idB ? -1 : 1))
    .map(([itemId]) => itemId);
  const candidates = [...new Set([...isNew, ...hardlyShown])].slice(0, POOL_MAX);
  await shelf.load(candidates);
  const pool = candidates
    .map((itemId) => ({ itemId, ...(counts.get(itemId) ?? NEVER) }))
    .filter(({ itemId, impressions }) => impressions < KNOWN_IMPRESSIONS && shelf.get(itemId) !== null);
  const prng = createPrng(`trial/${tenant}/${Math.floor(nowMs / DAY_MS)}`);
  return chances(pool, meanOf(counts.values()), prng);
}

const NEVER: ClickThrough = { impressions: 0, clicks: 0 };

function meanOf(counts: Iterable<ClickThrough>): number {
  let clicks = MEAN_WITHOUT * PRIOR_IMPRESSIONS;
  let impressions = PRIOR_IMPRESSIONS;
  for (const each of counts) {
    // Clicks that no impression was told of, as of search, are no click-through.
    clicks += Math.min(each.clicks, each.impressions);
    impressions += each.impressions;
  }
  return clicks / impressions;
}

/** Falling; items that were best in no draw are left out. */
export function chances(
  pool: readonly (ClickThrough & { itemId: string })[],
  mean: number,
  prng: Prng,
): ItemScore[] {
  const wins = new Array<number>(pool.length).fill(0);
  const posteriors = pool.map(({ impressions, clicks: all }) => {
    const clicks = Math.min(all, impressions);
    return {
      a: PRIOR_IMPRESSIONS * mean + clicks,
      b: PRIOR_IMPRESSIONS * (1 - mean) + impressions - clicks,
    };
  });
  for (let draw = 0; draw < DRAWS && pool.length > 0; draw++) {
    let best = 0;
    let highest = -1;
    for (const [at, { a, b }] of posteriors.entries()) {
      const value = drawBeta(a, b, prng);
      if (value > highest) [best, highest] = [at, value];
    }
    wins[best] = (wins[best] as number) + 1;
  }
  return pool
    .map(({ itemId }, at) => ({ itemId, score: (wins[at] as number) / DRAWS }))
    .filter(({ score }) => score > 0)
    .sort((x, y) => y.score - x.score || (x.itemId < y.itemId ? -1 : 1));
}

function drawBeta(a: number, b: number, prng: Prng): number {
  const x = drawGamma(a, prng);
  return x / (x + drawGamma(b, prng));
}

/** Marsaglia and Tsang, ACM TOMS 2000; below shape 1 by their boost. */
function drawGamma(shape: number, prng: Prng): number {
  if (shape < 1) return drawGamma(shape + 1, prng) * (1 - prng.next()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = prng.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - prng.next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}
