import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import { HISTORY_MAX } from "../base/index.ts";
import { WRITE_ACTIVITY } from "./activity-row.ts";
import type { ApplyPlan } from "./apply-plan.ts";
import { ITEM_COUNTERS } from "./declarations.ts";

/** Of [tenant, event_id, …] rows, the ids that were applied before. */
export const READ_LEDGER = `
SELECT ledger.tenant, ledger.event_id
FROM json_each(?1) AS row CROSS JOIN event_ledger AS ledger
  ON ledger.tenant = row.value ->> 0 AND ledger.event_id = row.value ->> 1`;

/** In the order in which they must run: links come before the profiles that they redirect. */
export function applyStatements(database: D1Database, plan: ApplyPlan, nowMs: number): D1PreparedStatement[] {
  const run = (sql: string, documents: readonly string[]) =>
    documents.map((document) => database.prepare(sql).bind(document));
  const buckets = Object.entries(BUCKET_TABLES).flatMap(([table, { bucket, key, rows }]) => [
    ...run(addCounters(table, bucket, key), plan[rows]),
    ...(plan.takesBack ? run(deleteEmpty(table, bucket, key), plan[rows]) : []),
  ]);
  return [
    ...plan.ledger.map((document) => database.prepare(INSERT_LEDGER).bind(document, nowMs)),
    ...run(WRITE_ACTIVITY, plan.activity),
    ...buckets,
    ...run(INSERT_LINKS, plan.links),
    ...run(FOLD_PROFILES, plan.links),
    ...run(DELETE_FOLDED, plan.links),
    ...run(MERGE_PROFILES, plan.interactions),
  ];
}

/** An id that another consumer has applied since the ledger was read breaks the batch: nothing of it is kept. */
const INSERT_LEDGER = `
INSERT INTO event_ledger (tenant, event_id, applied_at, received_hour)
SELECT value ->> 0, value ->> 1, ?2, value ->> 2 FROM json_each(?1)`;

export const BUCKET_TABLES = {
  item_hourly: { bucket: "hour", key: "item_id", rows: "itemHours" },
  item_daily: { bucket: "day", key: "item_id", rows: "itemDays" },
  category_hourly: { bucket: "hour", key: "category", rows: "categoryHours" },
  category_daily: { bucket: "day", key: "category", rows: "categoryDays" },
} as const;

const NAMES = ITEM_COUNTERS.map((counter) => counter.name);

function addCounters(table: string, bucket: string, key: string): string {
  const values = NAMES.map((_, index) => `value ->> ${index + 3}`);
  const updates = NAMES.map((name) => `${name} = ${name} + excluded.${name}`);
  return `
INSERT INTO ${table} (${bucket}, tenant, ${key}, ${NAMES.join(", ")})
SELECT value ->> 0, value ->> 1, value ->> 2, ${values.join(", ")} FROM json_each(?1) WHERE true
ON CONFLICT (${bucket}, tenant, ${key}) DO UPDATE SET ${updates.join(", ")}`;
}

/** What was taken back leaves no trace: the same events in another order leave the same rows. */
function deleteEmpty(table: string, bucket: string, key: string): string {
  return `
DELETE FROM ${table} WHERE (${bucket}, tenant, ${key}) IN (
  SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?1)
) AND ${NAMES.map((name) => `${name} = 0`).join(" AND ")}`;
}

/** The first link of a device stands; within one batch the earliest. */
export const INSERT_LINKS = `
INSERT OR IGNORE INTO identity_links (tenant, anonymous_id, user_id, linked_at)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?1)
ORDER BY value ->> 3, value ->> 4`;

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

/** What was received before its user was deleted, and is applied after it, stays away. */
export const MERGE_PROFILES = mergeHistories(`
  SELECT row.value ->> 0, coalesce('u:' || link.user_id, row.value ->> 1), entry.value, row.value ->> 4
  FROM json_each(?1) AS row
  LEFT JOIN identity_links AS link ON link.tenant = row.value ->> 0 AND link.anonymous_id = row.value ->> 2
  LEFT JOIN user_deletions AS gone ON gone.tenant = row.value ->> 0
    AND gone.user_id = coalesce(link.user_id, substr(row.value ->> 1, 3)) AND gone.deleted_at >= row.value ->> 4
    AND (link.user_id IS NOT NULL OR row.value ->> 2 IS NULL)
  CROSS JOIN json_each(row.value, '$[3]') AS entry
  WHERE gone.user_id IS NULL`);

const LINKED_PROFILES = `
  FROM json_each(?1) AS row
  CROSS JOIN identity_links AS link ON link.tenant = row.value ->> 0 AND link.anonymous_id = row.value ->> 1
  CROSS JOIN profiles AS device ON device.tenant = link.tenant AND device.subject = 'a:' || link.anonymous_id`;

/** Of a device that was linked before its user was deleted, and is told of after it, nothing is folded in. */
const FOLD_PROFILES = mergeHistories(`
  SELECT link.tenant, 'u:' || link.user_id, entry.value, device.updated_at
  ${LINKED_PROFILES}
  LEFT JOIN user_deletions AS gone ON gone.tenant = link.tenant AND gone.user_id = link.user_id
    AND gone.deleted_at >= row.value ->> 5
  CROSS JOIN json_each(device.history) AS entry
  WHERE gone.user_id IS NULL`);

/** Once folded, the device's own profile is gone and never comes back: the link redirects all that follows. */
const DELETE_FOLDED = `
DELETE FROM profiles WHERE (tenant, subject) IN (SELECT device.tenant, device.subject ${LINKED_PROFILES})`;
