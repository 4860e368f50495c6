import type { D1Database } from "@cloudflare/workers-types";
import { COUNTER_DAYS, COUNTER_HOURS, DAY_MS, HOUR_MS, LEDGER_HOURS } from "../base/index.ts";
import { makeUuidV7 } from "../events/index.ts";
import { ACTIVITY_DAYS } from "./activity-row.ts";
import { foldCounters } from "./fold-counters.ts";
import { PREFIX_CHARS } from "./ledger.ts";

/** Rows of one DELETE: short enough that events waiting behind it do not time out. */
const CHUNK_ROWS = 5_000;
/** DELETEs of one run and table: what is left waits for the next hour. */
const CHUNKS_MAX = 200;
/** Counts of messages are held against the lake for as long as daily counters are kept. */
const INTAKE_DAYS = COUNTER_DAYS;
/** Consumers' clocks differ a little: an id goes only when none of them would count it again. */
const CLOCK_MARGIN_MS = HOUR_MS;

/** Deletes what lies behind the windows; returns the rows deleted, and of `sessions` the visitors whose sessions went. */
export async function pruneFeatures(
  profiles: D1Database,
  nowMs: number,
): Promise<{ ledger: number; hours: number; days: number; sessions: number; intake: number }> {
  const today = Math.floor(nowMs / DAY_MS);
  const hour = Math.floor(nowMs / HOUR_MS);
  // A part holds an hour and its day together; in the shards each has its own end.
  await foldCounters(profiles, { partsMin: 1 });
  const lastDay = today - ACTIVITY_DAYS;
  const deleted = {
    ledger: await pruneLedger(profiles, nowMs),
    hours: await deleteChunks(profiles, DELETE_SHARDS, ["hour", hour - COUNTER_HOURS]),
    days: await deleteChunks(profiles, DELETE_SHARDS, ["day", today - COUNTER_DAYS]),
    sessions: await deleteChunks(profiles, EMPTY_SESSIONS, [lastDay]),
    intake: await deleteChunks(profiles, DELETE_INTAKE, [hour - INTAKE_DAYS * 24]),
  };
  await deleteChunks(profiles, DELETE_EMPTY, [(lastDay + 1) * DAY_MS]);
  return deleted;
}

/** Prefixes are times, so the old ones of a tenant are one range of the key; imported ones stay their 48 h too. */
async function pruneLedger(profiles: D1Database, nowMs: number): Promise<number> {
  const beforeMs = nowMs - LEDGER_HOURS * HOUR_MS - CLOCK_MARGIN_MS;
  const beforePrefix = makeUuidV7(beforeMs, new Uint8Array(10)).slice(0, PREFIX_CHARS);
  let deleted = 0;
  for (
    let tenant = await nextTenant(profiles, "");
    tenant !== null;
    tenant = await nextTenant(profiles, tenant)
  ) {
    deleted += await deleteChunks(profiles, DELETE_LEDGER, [tenant, beforePrefix, beforeMs]);
  }
  return deleted;
}

async function nextTenant(profiles: D1Database, after: string): Promise<string | null> {
  return profiles
    .prepare("SELECT min(tenant) AS tenant FROM ledger_parts WHERE tenant > ?")
    .bind(after)
    .first<string>("tenant");
}

/** All parts of a stretch of time together: numbers of parts only grow while one of them is there. */
const DELETE_LEDGER = `
DELETE FROM ledger_parts WHERE (tenant, prefix) IN (
  SELECT tenant, prefix FROM ledger_parts
  WHERE tenant = ? AND prefix < ? GROUP BY tenant, prefix HAVING max(applied_at) < ? LIMIT ${CHUNK_ROWS}
)`;

const DELETE_INTAKE = `
DELETE FROM intake_parts WHERE (hour, tenant, part) IN (
  SELECT hour, tenant, part FROM intake_parts WHERE hour <= ? LIMIT ${CHUNK_ROWS}
)`;

const DELETE_SHARDS = `
DELETE FROM counter_shards WHERE (size, bucket, tenant, kind, shard) IN (
  SELECT size, bucket, tenant, kind, shard FROM counter_shards WHERE size = ? AND bucket <= ? LIMIT ${CHUNK_ROWS}
)`;

/**
 * Of visitors who did not come again: whoever does loses older days then. An index by day would cost a row written for each visitor and
 * day, a thousand times what looking at all of them costs.
 */
const EMPTY_SESSIONS = `
UPDATE visitors SET activity = '{}', active_day = 0, version = version + 1 WHERE (tenant, subject) IN (
  SELECT tenant, subject FROM visitors WHERE active_day BETWEEN 1 AND ? LIMIT ${CHUNK_ROWS}
)`;

/** Rows that say only that there was something, when no consumer that had read it can be at work any more. */
const DELETE_EMPTY = `
DELETE FROM visitors WHERE (tenant, subject) IN (
  SELECT tenant, subject FROM visitors
  WHERE active_day = 0 AND updated_at < ? AND history = '[]' AND bought = '[]' AND shown = '[]' LIMIT ${CHUNK_ROWS}
)`;

/** Deletes states of items that another had replaced before any event still to come was received; returns how many. */
export function pruneFacets(core: D1Database, nowMs: number): Promise<number> {
  return deleteChunks(core, DELETE_FACETS, [nowMs - ACTIVITY_DAYS * DAY_MS]);
}

const DELETE_FACETS = `
DELETE FROM item_facets WHERE (tenant, item_id, valid_from) IN (
  SELECT tenant, item_id, valid_from FROM item_facets AS old WHERE EXISTS (
    SELECT 1 FROM item_facets AS next WHERE next.tenant = old.tenant AND next.item_id = old.item_id
      AND next.valid_from > old.valid_from AND next.valid_from < ?
  ) LIMIT ${CHUNK_ROWS}
)`;

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
