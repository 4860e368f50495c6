import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * The declared truth of D1's tables, in two schemas: `core` (catalogue, users, configuration) and `profiles` (what events
 * change). Every table but the one-row counter is WITHOUT ROWID, which drizzle cannot say: the migrations add it, because
 * a text key beside a row id would be a second index, paid on every write. Times are ms since the epoch.
 */
const itemCounts = {
  views: integer().notNull().default(0),
  clicks: integer().notNull().default(0),
  carts: integer().notNull().default(0),
  purchases: integer().notNull().default(0),
  impressions: integer().notNull().default(0),
  score: integer().notNull().default(0),
};

export const profilesSchema = {
  /** Ids applied here, kept LEDGER_HOURS; `batch` is the D1 batch that brought the id, `received_hour` counts since the epoch. */
  eventLedger: sqliteTable(
    "event_ledger",
    {
      tenant: text().notNull(),
      eventId: text("event_id").notNull(),
      batch: integer().notNull(),
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
  /** One row: the number of the last D1 batch. */
  ledgerBatch: sqliteTable("ledger_batch", { batch: integer().notNull() }),
  /** The user of a device, from its first `identify` on. */
  identityLinks: sqliteTable(
    "identity_links",
    {
      tenant: text().notNull(),
      anonymousId: text("anonymous_id").notNull(),
      userId: text("user_id").notNull(),
      linkedAt: integer("linked_at").notNull(),
    },
    (table) => [primaryKey({ columns: [table.tenant, table.anonymousId] })],
  ),
  /** `history`: a JSON array of lines (see `history.ts`), oldest first. */
  profiles: sqliteTable(
    "profiles",
    {
      tenant: text().notNull(),
      subject: text().notNull(),
      history: text().notNull(),
      updatedAt: integer("updated_at").notNull(),
    },
    (table) => [primaryKey({ columns: [table.tenant, table.subject] })],
  ),
  /** The bucket stands first in the key: pruning deletes one range, a window reads one range per bucket. */
  itemHourly: sqliteTable(
    "item_hourly",
    { hour: integer().notNull(), tenant: text().notNull(), itemId: text("item_id").notNull(), ...itemCounts },
    (table) => [primaryKey({ columns: [table.hour, table.tenant, table.itemId] })],
  ),
  itemDaily: sqliteTable(
    "item_daily",
    { day: integer().notNull(), tenant: text().notNull(), itemId: text("item_id").notNull(), ...itemCounts },
    (table) => [primaryKey({ columns: [table.day, table.tenant, table.itemId] })],
  ),
};

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
