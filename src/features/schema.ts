import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { ITEM_COUNTERS } from "./declarations.ts";
import { WAITS_FOR_ERASURE } from "./erasures.ts";

/**
 * The declared truth of D1's tables, in two schemas: `core` (catalogue, users, configuration; `core-schema.ts`) and `profiles` (what
 * events change; here). Every table is WITHOUT ROWID, which drizzle cannot say: the migrations add it, because
 * a text key beside a row id would be a second index, paid on every write. Times are ms since the epoch.
 */
export { coreSchema } from "./core-schema.ts";

const counts = Object.fromEntries(
  ITEM_COUNTERS.map(({ name, default: value }) => [name, integer(name).notNull().default(value)]),
);

export const profilesSchema = {
  /** Ids applied here, kept LEDGER_HOURS; `received_hour` counts since the epoch. */
  eventLedger: sqliteTable(
    "event_ledger",
    {
      tenant: text().notNull(),
      eventId: text("event_id").notNull(),
      appliedAt: integer("applied_at").notNull(),
      receivedHour: integer("received_hour").notNull().default(0),
    },
    (table) => [primaryKey({ columns: [table.tenant, table.eventId] })],
  ),
  /** One row for each Queue message, see `intake-counts.ts`; the hour stands first, so pruning deletes one range. */
  intakeCounts: sqliteTable(
    "intake_counts",
    {
      hour: integer().notNull(),
      tenant: text().notNull(),
      producer: text().notNull(),
      before: integer().notNull(),
      events: integer().notNull(),
    },
    (table) => [primaryKey({ columns: [table.hour, table.tenant, table.producer, table.before] })],
  ),
  /** Copies of gold.segments, refreshed daily. */
  segmentMembers: sqliteTable(
    "segment_members",
    {
      tenant: text().notNull(),
      subject: text().notNull(),
      segment: text().notNull(),
      since: integer().notNull(),
    },
    (table) => [primaryKey({ columns: [table.tenant, table.subject, table.segment] })],
  ),
  /** The user of a device, from its first `identify` on. */
  identityLinks: sqliteTable(
    "identity_links",
    {
      tenant: text().notNull(),
      anonymousId: text("anonymous_id").notNull(),
      userId: text("user_id").notNull(),
      linkedAt: integer("linked_at").notNull(),
    },
    (table) => [
      primaryKey({ columns: [table.tenant, table.anonymousId] }),
      index("identity_links_user").on(table.tenant, table.userId),
    ],
  ),
  /** `history`: a JSON array of lines (see `history.ts`), oldest first; so `bought`. `shown`: see `shown.ts`. */
  profiles: sqliteTable(
    "profiles",
    {
      tenant: text().notNull(),
      subject: text().notNull(),
      history: text().notNull(),
      updatedAt: integer("updated_at").notNull(),
      bought: text().notNull().default("[]"),
      shown: text().notNull().default("[]"),
    },
    (table) => [primaryKey({ columns: [table.tenant, table.subject] })],
  ),
  itemHourly: buckets("item_hourly", "hour", "item_id"),
  itemDaily: buckets("item_daily", "day", "item_id"),
  categoryHourly: buckets("category_hourly", "hour", "category"),
  categoryDaily: buckets("category_daily", "day", "category"),
  /** `day`: UTC days since the epoch; `activity`: see `activity-row.ts`; `version` grows with each change. */
  sessionActivity: sqliteTable(
    "session_activity",
    {
      tenant: text().notNull(),
      actor: text().notNull(),
      day: integer().notNull(),
      version: integer().notNull(),
      activity: text().notNull(),
    },
    (table) => [
      primaryKey({ columns: [table.tenant, table.actor, table.day] }),
      index("session_activity_day").on(table.day),
    ],
  ),
  /** When a user was last deleted: nothing of them that was received by then comes back, however late it is applied. */
  userDeletions: sqliteTable(
    "user_deletions",
    {
      tenant: text().notNull(),
      userId: text("user_id").notNull(),
      deletedAt: integer("deleted_at").notNull(),
      /** When the lake was last rewritten without them; see `erasures.ts`. */
      erasedAt: integer("erased_at"),
    },
    (table) => [
      primaryKey({ columns: [table.tenant, table.userId] }),
      index("user_deletions_waiting").on(table.deletedAt).where(sql.raw(WAITS_FOR_ERASURE)),
    ],
  ),
};

/** The bucket stands first in the key: pruning deletes one range, a window reads one range per bucket. */
function buckets(name: string, bucket: "hour" | "day", key: "item_id" | "category") {
  return sqliteTable(
    name,
    {
      [bucket]: integer(bucket).notNull(),
      tenant: text().notNull(),
      [key]: text(key).notNull(),
      ...counts,
    },
    (table) => [primaryKey({ columns: [table[bucket], table.tenant, table[key]] as never })],
  );
}
