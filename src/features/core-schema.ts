import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** What an item or a user row carries besides its body. A tombstone stays: the overlay has to tell that the item is gone. */
const record = {
  updatedAt: integer("updated_at").notNull(),
  deleted: integer().notNull().default(0),
};

/** The catalogue, users and configuration; as declared in `schema.ts`, every table is WITHOUT ROWID. */
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
  /** Every version of every scenario, never changed: the history and the audit. Of a name the highest version is in force. */
  scenarios: sqliteTable(
    "scenarios",
    {
      tenant: text().notNull(),
      name: text().notNull(),
      version: integer().notNull(),
      /** JSON; null where this version deleted it. */
      config: text(),
      updatedAt: integer("updated_at").notNull(),
      actor: text().notNull(),
    },
    (table) => [primaryKey({ columns: [table.tenant, table.name, table.version] })],
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
