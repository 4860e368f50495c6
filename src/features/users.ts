import type { D1Database } from "@cloudflare/workers-types";
import { D1_JSON_BYTES_MAX } from "../base/index.ts";
import type { StoredUser, User } from "../events/index.ts";
import type { Page, PageRequest } from "./page.ts";
import { splitJson } from "./split-json.ts";

/** A user as D1 has it; a tombstone tells `deleted`. */
export type UserState = StoredUser & { deleted?: boolean };

interface UserRow {
  user_id: string;
  body: string;
  updated_at: number;
  deleted: number;
}

const COLUMNS = "user_id, body, updated_at, deleted";

/** The users as they will be stored at `nowMs`, later than what each replaces, tombstones included. */
export async function completeUsers(
  core: D1Database,
  tenant: string,
  { users, nowMs }: { users: readonly User[]; nowMs: number },
): Promise<StoredUser[]> {
  const { results } = await core
    .prepare(
      `SELECT user_id, updated_at FROM users
       WHERE tenant = ? AND user_id IN (SELECT value FROM json_each(?))`,
    )
    .bind(tenant, JSON.stringify(users.map((user) => user.user_id)))
    .all<Pick<UserRow, "user_id" | "updated_at">>();
  const known = new Map(results.map((row) => [row.user_id, row.updated_at]));
  return users.map((user) => {
    const beforeMs = known.get(user.user_id);
    return { ...user, updated_at: beforeMs === undefined ? nowMs : Math.max(nowMs, beforeMs + 1) };
  });
}

/** Replaces whole users in one transaction, but none whose state is as late or later; returns the ids of those replaced. */
export async function putUsers(
  core: D1Database,
  tenant: string,
  users: readonly StoredUser[],
): Promise<Set<string>> {
  const documents = splitJson(users, D1_JSON_BYTES_MAX);
  if (documents.length === 0) return new Set();
  const answers = await core.batch<Pick<UserRow, "user_id">>(
    documents.map((document) => core.prepare(PUT).bind(tenant, document)),
  );
  return new Set(answers.flatMap(({ results }) => results.map((row) => row.user_id)));
}

const PUT = `
INSERT INTO users (tenant, user_id, body, updated_at, deleted)
SELECT ?1, value ->> 'user_id', json_remove(value, '$.user_id', '$.updated_at'), value ->> 'updated_at', 0
FROM json_each(?2)
WHERE true
ON CONFLICT (tenant, user_id) DO UPDATE SET
  body = excluded.body, updated_at = excluded.updated_at, deleted = 0
WHERE users.updated_at < excluded.updated_at
RETURNING user_id`;

/** Puts `next` in the place of the user last changed at `seenMs`; false when somebody changed them meanwhile. */
export async function replaceUser(
  core: D1Database,
  tenant: string,
  { next, seenMs }: { next: StoredUser; seenMs: number },
): Promise<boolean> {
  const { meta } = await core.prepare(REPLACE).bind(tenant, JSON.stringify(next), seenMs).run();
  return meta.changes > 0;
}

const REPLACE = `
UPDATE users SET body = json_remove(?2, '$.user_id', '$.updated_at'), updated_at = ?2 ->> 'updated_at'
WHERE tenant = ?1 AND user_id = ?2 ->> 'user_id' AND updated_at = ?3 AND deleted = 0`;

/** Null when there is none, or it was deleted. */
export async function getUser(core: D1Database, tenant: string, userId: string): Promise<StoredUser | null> {
  const user = await getUserState(core, tenant, userId);
  return user?.deleted === true ? null : user;
}

/** Null when there never was one: who was deleted is a tombstone. */
export async function getUserState(
  core: D1Database,
  tenant: string,
  userId: string,
): Promise<UserState | null> {
  const row = await core
    .prepare(`SELECT ${COLUMNS} FROM users WHERE tenant = ? AND user_id = ?`)
    .bind(tenant, userId)
    .first<UserRow>();
  return row === null ? null : toUser(row);
}

/**
 * Forgets the attributes and leaves a tombstone, for a user whom only events knew too: a state from before must not come after it.
 * False when there is a state as late or later. `forgetUser` does the rest.
 */
export async function deleteUser(
  core: D1Database,
  tenant: string,
  { userId, nowMs }: { userId: string; nowMs: number },
): Promise<boolean> {
  const { meta } = await core
    .prepare(
      `INSERT INTO users (tenant, user_id, body, updated_at, deleted) VALUES (?1, ?2, '{}', ?3, 1)
       ON CONFLICT (tenant, user_id) DO UPDATE SET body = '{}', deleted = 1, updated_at = excluded.updated_at
       WHERE users.updated_at < excluded.updated_at`,
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
      `SELECT ${COLUMNS} FROM users WHERE tenant = ? AND user_id > ? AND deleted = 0 ORDER BY user_id LIMIT ?`,
    )
    .bind(tenant, cursor, limit + 1)
    .all<UserRow>();
  const users = results.slice(0, limit).map(toUser);
  const last = users.at(-1);
  return { items: users, ...(results.length > limit && last !== undefined ? { cursor: last.user_id } : {}) };
}

function toUser(row: UserRow): UserState {
  return {
    user_id: row.user_id,
    ...(JSON.parse(row.body) as Omit<User, "user_id">),
    updated_at: row.updated_at,
    ...(row.deleted === 1 ? { deleted: true } : {}),
  };
}
