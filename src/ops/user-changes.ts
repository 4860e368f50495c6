import type { StoredUser, User, UserPatch } from "../events/index.ts";
import {
  completeUsers,
  deleteUser,
  type FeatureStores,
  forgetUser,
  getUserState,
  isKnownByEvents,
  putUsers,
  replaceUser,
} from "../features/index.ts";
import { USER_CHANGES, type UserChange } from "../lake/index.ts";
import type { Contended } from "./admin.ts";
import { ATTEMPTS_MAX, type ChangePorts } from "./item-changes.ts";

/*
 * As with items, which tell why: the lake is written before D1, D1 takes only later states, and each attempt of a call is later than
 * its own ones before. So of a user's rows in the lake the latest is the state in D1, whatever the clocks say.
 */

/**
 * How many distinct users were put. Rejects when lake or D1 does, or others change the same users all the time: the caller repeats
 * the call, which then changes nothing twice.
 */
export async function changeUsers(
  { core, lake }: ChangePorts,
  tenant: string,
  { users, nowMs }: { users: readonly User[]; nowMs: number },
): Promise<{ upserted: number } | Contended> {
  const distinct = [...new Map(users.map((user) => [user.user_id, user])).values()];
  let waiting = distinct;
  for (let attempt = 0; attempt < ATTEMPTS_MAX && waiting.length > 0; attempt++) {
    const stored = await completeUsers(core, tenant, { users: waiting, nowMs });
    await lake.append(
      USER_CHANGES,
      stored.map((user) => toChange(tenant, user)),
      { nowMs },
    );
    const written = await putUsers(core, tenant, stored);
    waiting = waiting.filter((user) => !written.has(user.user_id));
  }
  return waiting.length === 0 ? { upserted: distinct.length } : { error: "contended" };
}

/** The user after the change, which replaces all attributes; null when there is no such user. The last of two wins. */
export async function changeUser(
  { core, lake }: ChangePorts,
  tenant: string,
  { userId, patch, nowMs }: { userId: string; patch: UserPatch; nowMs: number },
): Promise<StoredUser | null | Contended> {
  let atMs = nowMs;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const seen = await getUserState(core, tenant, userId);
    if (seen === null || (seen.deleted && attempt === 0)) return null;
    if (!seen.deleted && patch.attributes === undefined) return seen;
    atMs = Math.max(atMs, seen.updated_at + 1);
    if (seen.deleted) {
      // Deleted by somebody else meanwhile: deleted once more, later than the row that this call lost.
      await lake.append(USER_CHANGES, [toTombstone(tenant, userId, atMs)], { nowMs: atMs });
      if (await deleteUser(core, tenant, { userId, nowMs: atMs })) return null;
    } else {
      const attributes = patch.attributes ?? undefined;
      const given = attributes === undefined ? {} : { attributes };
      const next: StoredUser = { user_id: userId, ...given, updated_at: atMs };
      await lake.append(USER_CHANGES, [toChange(tenant, next)], { nowMs: atMs });
      if (await replaceUser(core, tenant, { next, seenMs: seen.updated_at })) return next;
    }
    atMs += 1;
  }
  return { error: "contended" };
}

/**
 * Deletes the user's attributes, and what their events have taught: history, affinities, sessions. False when neither was there.
 * The tombstone comes last: whoever finds it may trust that the rest is gone, and a call that failed may be repeated.
 */
export async function removeUser(
  ports: ChangePorts & FeatureStores,
  tenant: string,
  { userId, nowMs }: { userId: string; nowMs: number },
): Promise<boolean | Contended> {
  const { core, lake } = ports;
  let atMs = nowMs;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const seen = await getUserState(core, tenant, userId);
    const isThere = seen !== null && !seen.deleted;
    if (attempt === 0 && !isThere && !(await isKnownByEvents(ports, tenant, userId))) return false;
    atMs = Math.max(atMs, (seen?.updated_at ?? 0) + 1);
    await lake.append(USER_CHANGES, [toTombstone(tenant, userId, atMs)], { nowMs: atMs });
    await forgetUser(ports, tenant, { userId, atMs });
    if (await deleteUser(core, tenant, { userId, nowMs: atMs })) return true;
    atMs += 1;
  }
  return { error: "contended" };
}

function toChange(tenant: string, { updated_at, ...user }: StoredUser): UserChange {
  return { ...user, tenant, changed_at: updated_at, deleted: false };
}

function toTombstone(tenant: string, userId: string, atMs: number): UserChange {
  return { tenant, user_id: userId, changed_at: atMs, deleted: true };
}
