import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { WAITS_FOR_ERASURE } from "./erasures.ts";

/**
 * The declared truth of D1's tables, in two schemas: `core` (catalogue, users, configuration; `core-schema.ts`) and `profiles` (what
 * events change; here). Every table is WITHOUT ROWID, which drizzle cannot say: the migrations add it, because
 * a text key beside a row id would be a second index, paid on every write. What comes with every event is packed many to a row, for
 * rows written are what costs; views of the names and columns of before (event_ledger, intake_counts, profiles, session_activity,
 * item_hourly …) show it row by row. Times are ms since the epoch.
 */
export { coreSchema } from "./core-schema.ts";

export const profilesSchema = {
  /** Ids applied here, kept LEDGER_HOURS, see `ledger.ts`; `received_hour` counts since the epoch. */
  ledgerParts: sqliteTable(
    "ledger_parts",
    {
      tenant: text().notNull(),
      prefix: text().notNull(),
      part: integer().notNull(),
      receivedHour: integer("received_hour").notNull(),
      appliedAt: integer("applied_at").notNull(),
      ids: text().notNull(),
    },
    (table) => [primaryKey({ columns: [table.tenant, table.prefix, table.part] })],
  ),
  /** [producer, before, events] of Queue messages, see `intake-counts.ts`; the hour stands first, so pruning deletes one range. */
  intakeParts: sqliteTable(
    "intake_parts",
    {
      hour: integer().notNull(),
      tenant: text().notNull(),
      part: integer().notNull(),
      counts: text().notNull(),
    },
    (table) => [primaryKey({ columns: [table.hour, table.tenant, table.part] })],
  ),
  /** What the edge answered in five minutes (`slot`, since the epoch), told in parts; see `served.ts`. */
  servedParts: sqliteTable(
    "served_parts",
    {
      slot: integer().notNull(),
      tenant: text().notNull(),
      part: integer().notNull(),
      counts: text().notNull(),
    },
    (table) => [primaryKey({ columns: [table.slot, table.tenant, table.part] })],
  ),
  /** The same of whole UTC days (since the epoch) that are past. */
  servedDays: sqliteTable(
    "served_days",
    { day: integer().notNull(), tenant: text().notNull(), counts: text().notNull() },
    (table) => [primaryKey({ columns: [table.day, table.tenant] })],
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
  /**
   * All that a batch of events changes in one visitor; `version` grows with each change. `history`: a JSON array of lines (see
   * `history.ts`), oldest first; so `bought`. `shown`: see `shown.ts`. `activity`: see `activity-row.ts`; last, for serving reads only
   * what stands before it. `active_day`: the newest of its UTC days since the epoch; 0 when there is none.
   */
  visitors: sqliteTable(
    "visitors",
    {
      tenant: text().notNull(),
      subject: text().notNull(),
      version: integer().notNull(),
      activeDay: integer("active_day").notNull().default(0),
      updatedAt: integer("updated_at").notNull().default(0),
      history: text().notNull().default("[]"),
      bought: text().notNull().default("[]"),
      shown: text().notNull().default("[]"),
      activity: text().notNull().default("{}"),
    },
    (table) => [primaryKey({ columns: [table.tenant, table.subject] })],
  ),
  /** Increments of a batch, see `counter-parts.ts`. */
  counterParts: sqliteTable(
    "counter_parts",
    {
      tenant: text().notNull(),
      day: integer().notNull(),
      hour: integer().notNull(),
      part: integer().notNull(),
      items: text().notNull(),
      categories: text().notNull(),
    },
    (table) => [primaryKey({ columns: [table.tenant, table.day, table.hour, table.part] })],
  ),
  /** Sums of many items or categories in one UTC hour or day (`size`), see `fold-counters.ts`; pruning deletes one range. */
  counterShards: sqliteTable(
    "counter_shards",
    {
      size: text().notNull(),
      bucket: integer().notNull(),
      tenant: text().notNull(),
      kind: text().notNull(),
      shard: integer().notNull(),
      counts: text().notNull(),
    },
    (table) => [primaryKey({ columns: [table.size, table.bucket, table.tenant, table.kind, table.shard] })],
  ),
  /** How often a tenant's parts were folded: of two that do it at once, one gets through. */
  counterFolds: sqliteTable("counter_folds", {
    tenant: text().primaryKey().notNull(),
    version: integer().notNull(),
  }),
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
