import type { StoredUser, User, UserPatch } from "../events/index.ts";
import {
  deleteUser,
  type FeatureStores,
  forgetUser,
  getUser,
  isKnownByEvents,
  putUsers,
} from "../features/index.ts";
import { USER_CHANGES, type UserChange } from "../lake/index.ts";
import type { ChangePorts } from "./item-changes.ts";

/** How many distinct users were put. Rejects when lake or D1 does: the caller repeats the call, which then changes nothing twice. */
export async function changeUsers(
  ports: ChangePorts,
  tenant: string,
  { users, nowMs }: { users: readonly User[]; nowMs: number },
): Promise<{ upserted: number }> {
  const byId = new Map(users.map((user) => [user.user_id, { ...user, updated_at: nowMs }]));
  await storeUsers(ports, tenant, [...byId.values()]);
  return { upserted: byId.size };
}

/** The user after the change, which replaces all attributes; null when there is no such user. The last of two wins. */
export async function changeUser(
  ports: ChangePorts,
  tenant: string,
  { userId, patch, nowMs }: { userId: string; patch: UserPatch; nowMs: number },
): Promise<StoredUser | null> {
  const user = await getUser(ports.core, tenant, userId);
  if (user === null || patch.attributes === undefined) return user;
  const next: StoredUser = {
    user_id: userId,
    ...(patch.attributes === null ? {} : { attributes: patch.attributes }),
    updated_at: Math.max(nowMs, user.updated_at + 1),
  };
  await storeUsers(ports, tenant, [next]);
  return next;
}

async function storeUsers(ports: ChangePorts, tenant: string, users: readonly StoredUser[]): Promise<void> {
  await ports.lake.append(
    USER_CHANGES,
    users.map((user) => toChange(tenant, user)),
    { nowMs: users.reduce((latest, { updated_at }) => Math.max(latest, updated_at), 0) },
  );
  await putUsers(ports.core, tenant, users);
}

/**
 * Deletes the user's attributes, and what their events have taught: history, affinities, sessions. False when neither was there.
 * The tombstone comes last: whoever finds it may trust that the rest is gone, and a call that failed may be repeated.
 */
export async function removeUser(
  ports: ChangePorts & FeatureStores,
  tenant: string,
  { userId, nowMs }: { userId: string; nowMs: number },
): Promise<boolean> {
  const user = await getUser(ports.core, tenant, userId);
  if (user === null && !(await isKnownByEvents(ports, tenant, userId))) return false;
  const atMs = user === null ? nowMs : Math.max(nowMs, user.updated_at + 1);
  const row: UserChange = { tenant, user_id: userId, changed_at: atMs, deleted: true };
  await ports.lake.append(USER_CHANGES, [row], { nowMs: atMs });
  await forgetUser(ports, tenant, { userId, atMs });
  await deleteUser(ports.core, tenant, { userId, nowMs: atMs });
  return true;
}

function toChange(tenant: string, { updated_at, ...user }: StoredUser): UserChange {
  return { ...user, tenant, changed_at: updated_at, deleted: false };
}
