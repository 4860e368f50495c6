import type { D1Database } from "@cloudflare/workers-types";
import { type FeatureStores, onlyOne } from "./apply-events.ts";
import { JsonList } from "./json-list.ts";

/**
 * Deletes what D1 knows of a user by their events: the history, which affinities are made from, the segments, and the sessions of the user and
 * of the devices linked to them. What was received by `atMs` and is applied later stays away. Counters name nobody and stand.
 * Safe to repeat.
 */
export async function forgetUser(
  stores: FeatureStores,
  tenant: string,
  { userId, atMs }: { userId: string; atMs: number },
): Promise<void> {
  const profiles = onlyOne(stores);
  const bound = (sql: string) => profiles.prepare(sql).bind(tenant, userId);
  await profiles.batch([
    profiles.prepare(NOTE_DELETION).bind(JSON.stringify([[tenant, userId, atMs]])),
    profiles.prepare(EMPTY_VISITORS).bind(tenant, userId, atMs),
    bound("DELETE FROM segment_members WHERE tenant = ?1 AND subject = 'u:' || ?2"),
  ]);
}

/** Whether events have told D1 of the user since the last deletion: a history, a device, or a session. */
export async function isKnownByEvents(
  stores: FeatureStores,
  tenant: string,
  userId: string,
): Promise<boolean> {
  const row = await onlyOne(stores).prepare(FIND_USER).bind(tenant, userId).first();
  return row !== null;
}

const FIND_USER = `
SELECT 1 AS found FROM profiles WHERE tenant = ?1 AND subject = 'u:' || ?2
UNION ALL SELECT 1 FROM visitors WHERE tenant = ?1 AND subject = 'u:' || ?2 AND activity <> '{}'
UNION ALL SELECT 1 FROM identity_links AS link WHERE tenant = ?1 AND user_id = ?2 AND NOT EXISTS (
  SELECT 1 FROM user_deletions AS gone WHERE gone.tenant = ?1 AND gone.user_id = ?2
)
LIMIT 1`;

/** Puts back from the lake who was deleted and when, before events are: the latest deletion stands. */
export async function restoreDeletions(
  profiles: D1Database,
  deletions: readonly { tenant: string; userId: string; deletedAtMs: number }[],
): Promise<void> {
  const list = new JsonList();
  for (const { tenant, userId, deletedAtMs } of deletions)
    list.add(JSON.stringify([tenant, userId, deletedAtMs]));
  for (const document of list.documents()) await profiles.prepare(NOTE_DELETION).bind(document).run();
}

const NOTE_DELETION = `
INSERT INTO user_deletions (tenant, user_id, deleted_at)
SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?1) WHERE true
ON CONFLICT (tenant, user_id) DO UPDATE SET deleted_at = max(deleted_at, excluded.deleted_at)`;

/**
 * Rows stay, emptied and with another version, and there are some where there were none: a consumer that read before must not write
 * what it has made of it. Of a device only the sessions go; its profile was the user's.
 */
const EMPTY_VISITORS = `
INSERT INTO visitors (tenant, subject, version, updated_at)
SELECT ?1, subject, 1, ?3 FROM (
  SELECT 'u:' || ?2 AS subject
  UNION SELECT 'a:' || anonymous_id FROM identity_links WHERE tenant = ?1 AND user_id = ?2
) WHERE true
ON CONFLICT (tenant, subject) DO UPDATE SET
  version = version + 1, activity = '{}', active_day = 0,
  history = iif(subject = 'u:' || ?2, '[]', history), bought = iif(subject = 'u:' || ?2, '[]', bought),
  shown = iif(subject = 'u:' || ?2, '[]', shown), updated_at = iif(subject = 'u:' || ?2, ?3, updated_at)`;
