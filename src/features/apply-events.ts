import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import { assert, HISTORY_MAX } from "../base/index.ts";
import type { StoredEvent } from "../events/index.ts";
import { type ApplyPlan, planApply } from "./apply-plan.ts";
import { ITEM_COUNTERS } from "./declarations.ts";
import { type IntakeCount, insertCounts, recordIntake } from "./intake-counts.ts";

/**
 * Folds events into the ledger, the item counters, the identity links and the profiles. Each D1 batch is one transaction
 * and the commit point of its events: an id that the ledger has already changes nothing, so any redelivery, regrouping
 * or second consumer gives the same sums. Rejects when D1 does; what was committed by then is skipped on the retry.
 *
 * `databases`: the profile shards. Joining two profiles takes one transaction, so for now there is one. `counts`: of the
 * messages that brought the events; they stand in the last batch, so what is counted as delivered has been applied.
 */
export async function applyEvents(
  databases: readonly D1Database[],
  events: readonly StoredEvent[],
  nowMs: number,
  counts: readonly IntakeCount[] = [],
): Promise<void> {
  const database = onlyOne(databases);
  const plans = planApply(events, nowMs);
  for (const [index, plan] of plans.entries()) {
    const last = index === plans.length - 1;
    await database.batch([
      ...statements(database, plan, nowMs),
      ...(last ? insertCounts(database, counts) : []),
    ]);
  }
  if (plans.length === 0) await recordIntake(database, counts);
}

/**
 * Folds in events whose ids the ledger may have forgotten, had they come before: silver found each of them new, within the
 * week in which it looks for duplicates. Silver hands an event over again after a crash: by then the ledger has its id.
 */
export async function applyLate(
  databases: readonly D1Database[],
  events: readonly StoredEvent[],
  nowMs: number,
): Promise<void> {
  const database = onlyOne(databases);
  for (const plan of planApply(events, nowMs, { isLate: true }))
    await database.batch(statements(database, plan, nowMs));
}

function onlyOne(databases: readonly D1Database[]): D1Database {
  const [database] = databases;
  assert(database !== undefined && databases.length === 1, "profiles live in one database");
  return database;
}

/** In the order in which they must run: the ledger decides, and links come before the profiles that they redirect. */
function statements(database: D1Database, plan: ApplyPlan, nowMs: number): D1PreparedStatement[] {
  const optional = (sql: string | readonly string[], json: string) =>
    json === "[]" ? [] : [sql].flat().map((text) => database.prepare(text).bind(json));
  return [
    database.prepare(NEXT_BATCH),
    database.prepare(INSERT_LEDGER).bind(plan.ledger, nowMs),
    ...optional(addCounters("item_hourly", "hour"), plan.hours),
    ...optional(addCounters("item_daily", "day"), plan.days),
    ...optional([INSERT_LINKS, FOLD_PROFILES, DELETE_FOLDED], plan.links),
    ...optional(MERGE_PROFILES, plan.interactions),
  ];
}

/** Transactions on one database run one after another, so this number is this batch's own. */
const NEXT_BATCH = "UPDATE ledger_batch SET batch = batch + 1";

const INSERT_LEDGER = `
INSERT OR IGNORE INTO event_ledger (tenant, event_id, batch, applied_at, received_hour)
SELECT value ->> 0, value ->> 1, (SELECT batch FROM ledger_batch), ?2, value ->> 2 FROM json_each(?1)`;

/** The rows of ?1 whose event this very batch has brought into the ledger. CROSS JOIN fixes the order: rows, then key. */
const NEW_ROWS = `
json_each(?1) AS row CROSS JOIN event_ledger AS ledger
  ON ledger.tenant = row.value ->> 0 AND ledger.event_id = row.value ->> 1
  AND ledger.batch = (SELECT batch FROM ledger_batch)`;

function addCounters(table: "item_hourly" | "item_daily", bucket: "hour" | "day"): string {
  const names = ITEM_COUNTERS.map((counter) => counter.name);
  const sums = names.map((_, index) => `sum(row.value ->> '$[4][${index}]')`);
  const updates = names.map((name) => `${name} = ${name} + excluded.${name}`);
  return `
INSERT INTO ${table} (${bucket}, tenant, item_id, ${names.join(", ")})
SELECT row.value ->> 2, row.value ->> 0, item.value, ${sums.join(", ")}
FROM ${NEW_ROWS} CROSS JOIN json_each(row.value, '$[3]') AS item
WHERE true
GROUP BY 1, 2, 3
ON CONFLICT (${bucket}, tenant, item_id) DO UPDATE SET ${updates.join(", ")}`;
}

/** The first link of a device stands; within one batch the earliest. */
const INSERT_LINKS = `
INSERT OR IGNORE INTO identity_links (tenant, anonymous_id, user_id, linked_at)
SELECT row.value ->> 0, row.value ->> 2, row.value ->> 3, row.value ->> 4
FROM ${NEW_ROWS}
ORDER BY row.value ->> 4, row.value ->> 1`;

/**
 * Replaces each subject's history by the newest entries of its old and its incoming ones. One sub-query per subject over
 * two short arrays: several times faster than one window function over all subjects.
 */
function mergeHistories(incoming: string): string {
  return `
WITH incoming (tenant, subject, entry, updated_at) AS (${incoming}),
touched (tenant, subject, entries, updated_at) AS MATERIALIZED (
  SELECT tenant, subject, json_group_array(entry), max(updated_at) FROM incoming GROUP BY tenant, subject
)
INSERT INTO profiles (tenant, subject, history, updated_at)
SELECT touched.tenant, touched.subject, (
  SELECT json_group_array(entry ORDER BY entry) FROM (
    SELECT value AS entry FROM json_each(touched.entries)
    UNION SELECT value FROM json_each(coalesce(old.history, '[]'))
    ORDER BY entry DESC LIMIT ${HISTORY_MAX}
  )
), touched.updated_at
FROM touched LEFT JOIN profiles AS old ON old.tenant = touched.tenant AND old.subject = touched.subject
WHERE true
ON CONFLICT (tenant, subject) DO UPDATE SET
  history = excluded.history, updated_at = max(updated_at, excluded.updated_at)`;
}

const MERGE_PROFILES = mergeHistories(`
  SELECT row.value ->> 0, coalesce('u:' || link.user_id, row.value ->> 2), row.value ->> 4, row.value ->> 5
  FROM ${NEW_ROWS}
  LEFT JOIN identity_links AS link ON link.tenant = row.value ->> 0 AND link.anonymous_id = row.value ->> 3`);

const LINKED_PROFILES = `
  FROM json_each(?1) AS row
  CROSS JOIN identity_links AS link ON link.tenant = row.value ->> 0 AND link.anonymous_id = row.value ->> 2
  CROSS JOIN profiles AS device ON device.tenant = link.tenant AND device.subject = 'a:' || link.anonymous_id`;

const FOLD_PROFILES = mergeHistories(`
  SELECT link.tenant, 'u:' || link.user_id, entry.value, device.updated_at
  ${LINKED_PROFILES} CROSS JOIN json_each(device.history) AS entry`);

/** Once folded, the device's own profile is gone and never comes back: the link redirects all that follows. */
const DELETE_FOLDED = `
DELETE FROM profiles WHERE (tenant, subject) IN (SELECT device.tenant, device.subject ${LINKED_PROFILES})`;
