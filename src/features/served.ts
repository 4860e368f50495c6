import type { D1Database } from "@cloudflare/workers-types";
import { DAY_MS, MINUTE_MS } from "../base/index.ts";

/**
 * What the edge answered a tenant, by name: `answers`, `errors` (failed on our side), `personal` (the model had a part), `degraded`,
 * `degraded.<reason>`, `ms.<place>` (answers by how long they waited, places of `WAITED_BOUNDS_MS`), `event_requests`, `events`. Names only grow.
 */
export type ServedCounts = Readonly<Record<string, number>>;

/** Upper ends of the waits that are told apart, ms; one more place holds what was longer. */
export const WAITED_BOUNDS_MS = [1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 300, 500, 1_000];

/** A stretch of time and what was answered in it. */
export interface Served {
  fromMs: number;
  counts: ServedCounts;
}

export const SERVED_SLOT_MS = 5 * MINUTE_MS;
const SLOTS_PER_DAY = DAY_MS / SERVED_SLOT_MS;
/** Whole days stay in slots so long, for those who look at hours. */
const SLOT_DAYS = 2;
/** Two bills and what lies between. */
export const SERVED_DAYS = 62;

const INSERT = `
INSERT INTO served_parts (slot, tenant, part, counts)
SELECT ?1, ?2, coalesce(max(part), -1) + 1, ?3 FROM served_parts WHERE slot = ?1 AND tenant = ?2`;

/** One row for each tenant. Told twice is counted twice: it is a figure for people, and nothing is told again. */
export async function recordServed(
  profiles: D1Database,
  told: readonly { tenant: string; counts: ServedCounts }[],
  nowMs: number,
): Promise<void> {
  if (told.length === 0) return;
  const slot = Math.floor(nowMs / SERVED_SLOT_MS);
  await profiles.batch(
    told.map(({ tenant, counts }) => profiles.prepare(INSERT).bind(slot, tenant, JSON.stringify(counts))),
  );
}

/**
 * By stretches of `everyMs` (a multiple of five minutes), oldest first; of the last two whole days at the most. Empty ones are left out. D1 binds
 * every number as a REAL: what divides has to be cast.
 */
export async function readServed(
  profiles: D1Database,
  tenant: string,
  { fromMs, everyMs }: { fromMs: number; everyMs: number },
): Promise<Served[]> {
  const slots = everyMs / SERVED_SLOT_MS;
  const query = `
SELECT part.slot / CAST(?3 AS INTEGER) AS at, told.key AS name, sum(told.value) AS count
FROM served_parts AS part CROSS JOIN json_each(part.counts) AS told
WHERE part.slot >= ?2 AND part.tenant = ?1 GROUP BY 1, 2 ORDER BY 1`;
  const { results } = await profiles
    .prepare(query)
    .bind(tenant, Math.floor(fromMs / SERVED_SLOT_MS), slots)
    .all<{ at: number; name: string; count: number }>();
  return [...Map.groupBy(results, ({ at }) => at)].map(([at, rows]) => ({
    fromMs: at * everyMs,
    counts: Object.fromEntries(rows.map(({ name, count }) => [name, count])),
  }));
}

/** All that was answered from the beginning of the day of `fromMs` on. */
export async function sumServed(profiles: D1Database, tenant: string, fromMs: number): Promise<ServedCounts> {
  const query = `
SELECT told.key AS name, sum(told.value) AS count FROM (
  SELECT counts FROM served_days WHERE day >= ?2 AND tenant = ?1
  UNION ALL SELECT counts FROM served_parts WHERE slot >= ?3 AND tenant = ?1
) AS kept CROSS JOIN json_each(kept.counts) AS told GROUP BY 1`;
  const day = Math.floor(fromMs / DAY_MS);
  const { results } = await profiles
    .prepare(query)
    .bind(tenant, day, day * SLOTS_PER_DAY)
    .all<{ name: string; count: number }>();
  return Object.fromEntries(results.map(({ name, count }) => [name, count]));
}

const FOLD = `
INSERT OR REPLACE INTO served_days (day, tenant, counts)
SELECT day, tenant, json_group_object(name, count) FROM (
  SELECT part.slot / CAST(?1 AS INTEGER) AS day, part.tenant, told.key AS name, sum(told.value) AS count
  FROM served_parts AS part CROSS JOIN json_each(part.counts) AS told
  WHERE part.slot < ?2 GROUP BY 1, 2, 3
) GROUP BY day, tenant`;

/** Days that are over become one row each, in one transaction with the end of their slots: no day is ever in both. */
export async function foldServed(profiles: D1Database, nowMs: number): Promise<void> {
  const today = Math.floor(nowMs / DAY_MS);
  const firstKept = (today - SLOT_DAYS) * SLOTS_PER_DAY;
  await profiles.batch([
    profiles.prepare(FOLD).bind(SLOTS_PER_DAY, firstKept),
    profiles.prepare("DELETE FROM served_parts WHERE slot < ?").bind(firstKept),
    profiles.prepare("DELETE FROM served_days WHERE day < ?").bind(today - SERVED_DAYS),
  ]);
}
