import type { D1Database } from "@cloudflare/workers-types";
import { D1_JSON_BYTES_MAX } from "../base/index.ts";
import type { StoredUser, User } from "../events/index.ts";
import type { Page, PageRequest } from "./page.ts";
import { splitJson } from "./split-json.ts";

interface UserRow {
  user_id: string;
  body: string;
  updated_at: number;
}

/** Replaces whole users, all or none. */
export async function putUsers(
  core: D1Database,
  tenant: string,
  users: readonly StoredUser[],
): Promise<void> {
  const documents = splitJson(users, D1_JSON_BYTES_MAX);
  if (documents.length === 0) return;
  await core.batch(documents.map((document) => core.prepare(PUT).bind(tenant, document)));
}

const PUT = `
INSERT INTO users (tenant, user_id, body, updated_at, deleted)
SELECT ?1, value ->> 'user_id', json_remove(value, '$.user_id', '$.updated_at'), value ->> 'updated_at', 0
FROM json_each(?2)
WHERE true
ON CONFLICT (tenant, user_id) DO UPDATE SET
  body = excluded.body, updated_at = max(updated_at, excluded.updated_at), deleted = 0`;

/** Null when there is none, or it was deleted. */
export async function getUser(core: D1Database, tenant: string, userId: string): Promise<StoredUser | null> {
  const row = await core
    .prepare("SELECT user_id, body, updated_at FROM users WHERE tenant = ? AND user_id = ? AND deleted = 0")
    .bind(tenant, userId)
    .first<UserRow>();
  return row === null ? null : toUser(row);
}

/** Forgets the attributes and leaves a tombstone; false when there is no such user. `forgetUser` does the rest. */
export async function deleteUser(
  core: D1Database,
  tenant: string,
  { userId, nowMs }: { userId: string; nowMs: number },
): Promise<boolean> {
  const { meta } = await core
    .prepare(
      `UPDATE users SET body = '{}', deleted = 1, updated_at = max(updated_at + 1, ?3)
       WHERE tenant = ?1 AND user_id = ?2 AND deleted = 0`,
    )
    .bind(tenant, userId, nowMs)
    .run();
  return meta.changes > 0;
}

/** A page in the order of the ids; the cursor is the last id of the page before. */
export async function listUsers(
  core: D1Database,
  tenant: string,
  { cursor = "", limit }: PageRequest,
): Promise<Page<StoredUser>> {
  const { results } = await core
    .prepare(
      "SELECT user_id, body, updated_at FROM users WHERE tenant = ? AND user_id > ? AND deleted = 0 ORDER BY user_id LIMIT ?",
    )
    .bind(tenant, cursor, limit + 1)
    .all<UserRow>();
  const users = results.slice(0, limit).map(toUser);
  const last = users.at(-1);
  return { items: users, ...(results.length > limit && last !== undefined ? { cursor: last.user_id } : {}) };
}

function toUser(row: UserRow): StoredUser {
  return {
    user_id: row.user_id,
    ...(JSON.parse(row.body) as Omit<User, "user_id">),
    updated_at: row.updated_at,
  };
}
