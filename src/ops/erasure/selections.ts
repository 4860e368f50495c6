import {
  type AnyTable,
  EVENTS,
  IDENTITY_LINKS,
  INTERACTIONS,
  SEGMENTS,
  type Selection,
  USER_CHANGES,
  USER_FEATURES,
  USER_HISTORIES,
  USER_STATES,
} from "../../lake/index.ts";
import type { ErasedUser } from "./plan.ts";

/** What of a table was a user's until they were deleted. */
type Select = (user: ErasedUser) => Selection[];

/** Events that name the user, and those of the user's devices that name nobody: who else used a device keeps what is theirs. */
const ofEvents: Select = ({ tenant, userId, deletedAtMs, devices, repeated }) => {
  const until = { column: "received_at", atMs: deletedAtMs };
  return [
    { tenant, column: "user_id", values: [userId], until },
    { tenant, column: "anonymous_id", values: devices, until, without: "user_id" },
    { tenant, column: "event_id", values: repeated },
  ];
};

const ofUser =
  (timeColumn: string, beforeMs = 0): Select =>
  ({ tenant, userId, deletedAtMs }) => [
    {
      tenant,
      column: "user_id",
      values: [userId],
      until: { column: timeColumn, atMs: deletedAtMs - beforeMs },
    },
  ];

/** From bronze upwards, so that no layer is made again from what is to go. Links last of bronze: gold reads whole again for them. */
export const ERASED_TABLES: readonly { table: AnyTable; select: Select }[] = [
  { table: EVENTS, select: ofEvents },
  // The deletion itself stays, a bare tombstone: a rebuild has to know of it.
  { table: USER_CHANGES, select: ofUser("changed_at", 1) },
  { table: IDENTITY_LINKS, select: ofUser("received_at") },
  { table: INTERACTIONS, select: ofEvents },
  { table: USER_STATES, select: ofUser("valid_from") },
];

/** Gold that was made as of moments. */
export const ERASED_FEATURES = {
  table: USER_FEATURES,
  select: (({ tenant, userId, deletedAtMs, devices }) => [
    {
      tenant,
      column: "subject",
      values: [`u:${userId}`, ...devices.map((device) => `a:${device}`)],
      until: { column: "as_of", atMs: deletedAtMs },
    },
  ]) satisfies Select,
};

/** Gold that its jobs have made again, from silver without the users: only what it was before is left to forget. */
export const REMADE_TABLES: readonly AnyTable[] = [USER_HISTORIES, SEGMENTS];
