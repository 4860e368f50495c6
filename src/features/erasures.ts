import type { D1Database } from "@cloudflare/workers-types";
import { DAY_MS } from "../base/index.ts";
import { JsonList } from "./json-list.ts";

/** A user who was deleted, and until when what is known of them goes. */
export interface DeletedUser {
  tenant: string;
  userId: string;
  deletedAtMs: number;
}

/**
 * Deletions are gathered for this long and erased from the lake together: an erasure ends time travel to, and training runs on, all
 * that came before it, so it must be rare; and privacy law gives a month, of which this leaves three weeks.
 */
export const ERASE_EVERY_MS = 7 * DAY_MS;

/**
 * True of a deletion whose rows may still be in the lake. What was received before it lands seconds later, or hours where a Queue
 * was held up: so one that was erased within a day (86,400,000 ms) of the deletion is erased once more. Also the partial index of
 * the table, which a query uses only if it says the very same.
 */
export const WAITS_FOR_ERASURE = "erased_at IS NULL OR erased_at < deleted_at + 86400000";

/**
 * Deleted users whose rows are to go from the lake now, at most `max`, those first that were never erased. Nobody until the oldest has
 * waited for `ERASE_EVERY_MS`; `force`: everybody who was not erased since their deletion.
 */
export async function usersToErase(
  profiles: D1Database,
  { nowMs, max, force }: { nowMs: number; max: number; force: boolean },
): Promise<DeletedUser[]> {
  const { results } = await profiles
    .prepare(force ? FIND_NEW : FIND_WAITING)
    .bind(nowMs - ERASE_EVERY_MS, max)
    .all<{ tenant: string; user_id: string; deleted_at: number }>();
  return results.map(({ tenant, user_id: userId, deleted_at: deletedAtMs }) => ({
    tenant,
    userId,
    deletedAtMs,
  }));
}

export const FIND_WAITING = `
SELECT tenant, user_id, deleted_at FROM user_deletions
WHERE (${WAITS_FOR_ERASURE}) AND EXISTS (
  SELECT 1 FROM user_deletions WHERE (${WAITS_FOR_ERASURE}) AND max(deleted_at, coalesce(erased_at, 0)) <= ?1
)
ORDER BY erased_at IS NOT NULL, deleted_at LIMIT ?2`;

const FIND_NEW = `
SELECT tenant, user_id, deleted_at FROM user_deletions
WHERE (${WAITS_FOR_ERASURE}) AND (erased_at IS NULL OR erased_at < deleted_at) AND ?1 IS NOT NULL
ORDER BY deleted_at LIMIT ?2`;

/** Notes that the lake was rewritten without the users, from what it held at `erasedAtMs`. Who was deleted again since waits again. */
export async function noteErased(
  profiles: D1Database,
  users: readonly DeletedUser[],
  erasedAtMs: number,
): Promise<void> {
  const list = new JsonList();
  for (const { tenant, userId, deletedAtMs } of users)
    list.add(JSON.stringify([tenant, userId, Math.max(erasedAtMs, deletedAtMs)]));
  for (const document of list.documents()) await profiles.prepare(NOTE_ERASED).bind(document).run();
}

const NOTE_ERASED = `
UPDATE user_deletions SET erased_at = max(coalesce(erased_at, 0), row.value ->> 2)
FROM json_each(?1) AS row
WHERE user_deletions.tenant = row.value ->> 0 AND user_deletions.user_id = row.value ->> 1`;
