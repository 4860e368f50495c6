import type { ActorDeletions } from "./visitors.ts";

/** Of the users deleted at ?1 or later, and of their devices. */
export const READ_DELETIONS = `
SELECT tenant || '/u:' || user_id AS actor, deleted_at FROM user_deletions WHERE deleted_at >= ?1
UNION ALL
SELECT link.tenant || '/a:' || link.anonymous_id, gone.deleted_at
FROM user_deletions AS gone CROSS JOIN identity_links AS link
  ON link.tenant = gone.tenant AND link.user_id = gone.user_id
WHERE gone.deleted_at >= ?1`;

/** `rows`: the answer to `READ_DELETIONS`. */
export function actorDeletions(rows: readonly unknown[]): ActorDeletions {
  return new Map(
    (rows as { actor: string; deleted_at: number }[]).map(({ actor, deleted_at }) => [actor, deleted_at]),
  );
}
