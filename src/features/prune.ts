import type { D1Database } from "@cloudflare/workers-types";
import { COUNTER_DAYS, COUNTER_HOURS, DAY_MS, HOUR_MS, LEDGER_HOURS } from "../base/index.ts";
import { makeUuidV7 } from "../events/index.ts";
import { BUCKET_TABLES } from "./apply-statements.ts";

/** Rows of one DELETE: short enough that events waiting behind it do not time out. */
const CHUNK_ROWS = 5_000;
/** DELETEs of one run and table: what is left waits for the next hour. */
const CHUNKS_MAX = 200;
/** Counts of messages are held against the lake for as long as daily counters are kept. */
const INTAKE_DAYS = COUNTER_DAYS;
/** Silver takes ids of up to seven days before, or one after, their receipt: an older session or state meets no event any more. */
const SESSION_DAYS = 9;
/** Consumers' clocks differ a little: an id goes only when none of them would count it again. */
const CLOCK_MARGIN_MS = HOUR_MS;

/** Deletes what lies behind the windows; returns the rows deleted. */
export async function pruneFeatures(
  profiles: D1Database,
  nowMs: number,
): Promise<{ ledger: number; hours: number; days: number; sessions: number; intake: number }> {
  const today = Math.floor(nowMs / DAY_MS);
  const last = { hour: Math.floor(nowMs / HOUR_MS) - COUNTER_HOURS, day: today - COUNTER_DAYS };
  const deleted = { hour: 0, day: 0 };
  const ledger = await pruneLedger(profiles, nowMs);
  for (const [table, { bucket, key }] of Object.entries(BUCKET_TABLES))
    deleted[bucket] += await deleteChunks(profiles, deleteBuckets({ table, bucket, key }), [last[bucket]]);
  return {
    ledger,
    hours: deleted.hour,
    days: deleted.day,
    sessions: await deleteChunks(profiles, DELETE_SESSIONS, [today - SESSION_DAYS]),
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

const DELETE_SESSIONS = `
DELETE FROM session_activity WHERE (tenant, actor, day) IN (
  SELECT tenant, actor, day FROM session_activity WHERE day <= ? LIMIT ${CHUNK_ROWS}
)`;

/** Deletes states of items that another had replaced before any event still to come was received; returns how many. */
export function pruneFacets(core: D1Database, nowMs: number): Promise<number> {
  return deleteChunks(core, DELETE_FACETS, [nowMs - SESSION_DAYS * DAY_MS]);
}

const DELETE_FACETS = `
DELETE FROM item_facets WHERE (tenant, item_id, valid_from) IN (
  SELECT tenant, item_id, valid_from FROM item_facets AS old WHERE EXISTS (
    SELECT 1 FROM item_facets AS next WHERE next.tenant = old.tenant AND next.item_id = old.item_id
      AND next.valid_from > old.valid_from AND next.valid_from < ?
  ) LIMIT ${CHUNK_ROWS}
)`;

function deleteBuckets(columns: { table: string; bucket: string; key: string }): string {
  const { table, bucket } = columns;
  const key = `${bucket}, tenant, ${columns.key}`;
  return `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE ${bucket} <= ? LIMIT ${CHUNK_ROWS})`;
}

async function deleteChunks(database: D1Database, sql: string, values: (string | number)[]): Promise<number> {
  let deleted = 0;
  for (let chunk = 0; chunk < CHUNKS_MAX; chunk++) {
    const { meta } = await database
      .prepare(sql)
      .bind(...values)
      .run();
    deleted += meta.changes;
    if (meta.changes < CHUNK_ROWS) break;
  }
  return deleted;
}
