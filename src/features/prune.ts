import type { D1Database } from "@cloudflare/workers-types";
import { COUNTER_DAYS, COUNTER_HOURS, DAY_MS, HOUR_MS, LEDGER_HOURS } from "../base/index.ts";
import { makeUuidV7 } from "../events/index.ts";

/** Rows of one DELETE: short enough that events waiting behind it do not time out. */
const CHUNK_ROWS = 5_000;
/** DELETEs of one run and table: what is left waits for the next hour. */
const CHUNKS_MAX = 200;
/** Counts of messages are held against the lake for as long as daily counters are kept. */
const INTAKE_DAYS = COUNTER_DAYS;
/** Consumers' clocks differ a little: an id goes only when none of them would count it again. */
const CLOCK_MARGIN_MS = HOUR_MS;

/** Deletes what lies behind the windows; returns the rows deleted. */
export async function pruneFeatures(
  profiles: D1Database,
  nowMs: number,
): Promise<{ ledger: number; hours: number; days: number; intake: number }> {
  const hour = Math.floor(nowMs / HOUR_MS) - COUNTER_HOURS;
  const day = Math.floor(nowMs / DAY_MS) - COUNTER_DAYS;
  return {
    ledger: await pruneLedger(profiles, nowMs),
    hours: await deleteChunks(profiles, deleteBuckets("item_hourly", "hour"), [hour]),
    days: await deleteChunks(profiles, deleteBuckets("item_daily", "day"), [day]),
    intake: await deleteChunks(profiles, DELETE_INTAKE, [Math.floor(nowMs / HOUR_MS) - INTAKE_DAYS * 24]),
  };
}

/** Ids begin with their time, so the old ones of a tenant are one range of the key; imported ones stay their 48 h too. */
async function pruneLedger(profiles: D1Database, nowMs: number): Promise<number> {
  const beforeMs = nowMs - LEDGER_HOURS * HOUR_MS - CLOCK_MARGIN_MS;
  const beforeId = makeUuidV7(beforeMs, new Uint8Array(10));
  let deleted = 0;
  for (
    let tenant = await nextTenant(profiles, "");
    tenant !== null;
    tenant = await nextTenant(profiles, tenant)
  ) {
    deleted += await deleteChunks(profiles, DELETE_LEDGER, [tenant, beforeId, beforeMs]);
  }
  return deleted;
}

async function nextTenant(profiles: D1Database, after: string): Promise<string | null> {
  return profiles
    .prepare("SELECT min(tenant) AS tenant FROM event_ledger WHERE tenant > ?")
    .bind(after)
    .first<string>("tenant");
}

const DELETE_LEDGER = `
DELETE FROM event_ledger WHERE (tenant, event_id) IN (
  SELECT tenant, event_id FROM event_ledger
  WHERE tenant = ? AND event_id < ? AND applied_at < ? LIMIT ${CHUNK_ROWS}
)`;

const DELETE_INTAKE = `
DELETE FROM intake_counts WHERE (hour, tenant, producer, before) IN (
  SELECT hour, tenant, producer, before FROM intake_counts WHERE hour <= ? LIMIT ${CHUNK_ROWS}
)`;

function deleteBuckets(table: string, bucket: string): string {
  const key = `${bucket}, tenant, item_id`;
  return `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE ${bucket} <= ? LIMIT ${CHUNK_ROWS})`;
}

async function deleteChunks(profiles: D1Database, sql: string, values: (string | number)[]): Promise<number> {
  let deleted = 0;
  for (let chunk = 0; chunk < CHUNKS_MAX; chunk++) {
    const { meta } = await profiles
      .prepare(sql)
      .bind(...values)
      .run();
    deleted += meta.changes;
    if (meta.changes < CHUNK_ROWS) break;
  }
  return deleted;
}
