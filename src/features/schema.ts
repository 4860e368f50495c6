import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { ITEM_COUNTERS } from "./declarations.ts";
import { WAITS_FOR_ERASURE } from "./erasures.ts";

/**
 * The declared truth of D1's tables, in two schemas: `core` (catalogue, users, configuration) and `profiles` (what events
 * change). Every table is WITHOUT ROWID, which drizzle cannot say: the migrations add it, because
 * a text key beside a row id would be a second index, paid on every write. Times are ms since the epoch.
 */
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

/** What an item or a user row carries besides its body. A tombstone stays: the overlay has to tell that the item is gone. */
const record = {
  updatedAt: integer("updated_at").notNull(),
  deleted: integer().notNull().default(0),
};

export const coreSchema = {
  items: sqliteTable(
    "items",
    {
      tenant: text().notNull(),
      itemId: text("item_id").notNull(),
      /** The item as JSON, without `item_id` and `published_at`. */
      body: text().notNull(),
      publishedAt: integer("published_at").notNull(),
      /** 1 when it may be answered: not hidden, not out of stock, not deleted. */
      listed: integer().notNull(),
      ...record,
    },
    (table) => [
      primaryKey({ columns: [table.tenant, table.itemId] }),
      index("items_newest").on(table.tenant, table.listed, table.publishedAt),
      index("items_changed").on(table.tenant, table.updatedAt),
    ],
  ),
  /** What features need of an item, a row for each time it changed; in force until the next one's `valid_from`. */
  itemFacets: sqliteTable(
    "item_facets",
    {
      tenant: text().notNull(),
      itemId: text("item_id").notNull(),
      validFrom: integer("valid_from").notNull(),
      facets: text().notNull(),
    },
    (table) => [primaryKey({ columns: [table.tenant, table.itemId, table.validFrom] })],
  ),
  users: sqliteTable(
    "users",
    {
      tenant: text().notNull(),
      userId: text("user_id").notNull(),
      /** The user as JSON, without `user_id`. */
      body: text().notNull(),
      ...record,
    },
    (table) => [primaryKey({ columns: [table.tenant, table.userId] })],
  ),
  tenants: sqliteTable("tenants", {
    tenant: text().primaryKey().notNull(),
    /** TenantConfig as JSON. */
    config: text().notNull(),
    createdAt: integer("created_at").notNull(),
  }),
  /** A key's hash, never the key. */
  apiKeys: sqliteTable(
    "api_keys",
    {
      tenant: text().notNull(),
      hash: text().notNull(),
      kind: text().notNull(),
      /** JSON array. */
      origins: text().notNull(),
      createdAt: integer("created_at").notNull(),
      revokedAt: integer("revoked_at"),
    },
    (table) => [primaryKey({ columns: [table.tenant, table.hash] })],
  ),
  /** Ids that went to quarantine; the rows themselves are in the lake. */
  quarantine: sqliteTable(
    "quarantine",
    {
      tenant: text().notNull(),
      eventId: text("event_id").notNull(),
      reason: text().notNull(),
      at: integer().notNull(),
    },
    (table) => [primaryKey({ columns: [table.tenant, table.eventId] })],
  ),
  /** Which changes of a tenant's items its overlay holds: it is behind while `changes` is above `covered`. */
  overlayState: sqliteTable("overlay_state", {
    tenant: text().primaryKey().notNull(),
    changes: integer().notNull(),
    covered: integer().notNull().default(0),
    /** When somebody last set about writing it. */
    claimedAt: integer("claimed_at").notNull().default(0),
    /** The live model's version that it was written beside; empty when there was none. */
    modelVersion: text("model_version").notNull().default(""),
  }),
};
