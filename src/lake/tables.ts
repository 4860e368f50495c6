import { type ColumnType, EVENT_COLUMNS, type Item, type StoredEvent } from "../events/index.ts";

/** One column of a table. Columns are added at the end, never renamed, narrowed or removed; `id` is Iceberg's field id. */
export interface Column<Row> {
  id: number;
  name: keyof Row & string;
  type: ColumnType;
  required: boolean;
}

/** A table of the lake. Data files stand under `<path>/data/day=YYYY-MM-DD/`, where the day is `timeColumn`'s in UTC. */
export interface Table<Row> {
  name: string;
  path: string;
  columns: readonly Column<Row>[];
  /** When the row came to be, in ms: partitions by day, and sorts within a tenant. */
  timeColumn: keyof Row & string;
  /** Orders rows of one tenant and time, so that the same rows always make the same bytes. */
  keyColumn: keyof Row & string;
}

/** What happened to an item: the whole item after the change, or only its id when `deleted`. */
export interface ItemChange extends Item {
  tenant: string;
  changed_at: number;
  deleted: boolean;
}

export interface UserChange {
  tenant: string;
  user_id: string;
  changed_at: number;
  deleted: boolean;
  attributes?: Record<string, string | number | boolean> | undefined;
}

/** From `linked_at` on, what the device does counts for the user. */
export interface IdentityLink {
  tenant: string;
  anonymous_id: string;
  user_id: string;
  event_id: string;
  linked_at: number;
  received_at: number;
}

/** A row that did not reach the features, with its reason and its text, so that it can be replayed. */
export interface QuarantinedRow {
  /** `UNKNOWN_TENANT` when the body does not even tell. */
  tenant: string;
  /** Absent when the body holds no readable event. */
  event_id?: string;
  reason: string;
  detail?: string;
  body: string;
  /** Whether `body` was cut at the limit: such a row cannot be replayed. */
  truncated: boolean;
  quarantined_at: number;
}

/** No tenant can be called so: names begin with a letter or digit. */
export const UNKNOWN_TENANT = "-";

export const EVENTS: Table<StoredEvent> = {
  name: "events",
  path: "lake/bronze/events",
  columns: EVENT_COLUMNS,
  timeColumn: "received_at",
  keyColumn: "event_id",
};

export const ITEM_CHANGES: Table<ItemChange> = {
  name: "item_changes",
  path: "lake/bronze/item_changes",
  columns: [
    { id: 1, name: "tenant", type: "string", required: true },
    { id: 2, name: "item_id", type: "string", required: true },
    { id: 3, name: "changed_at", type: "timestamp_ms", required: true },
    { id: 4, name: "deleted", type: "boolean", required: true },
    { id: 5, name: "title", type: "string", required: false },
    { id: 6, name: "url", type: "string", required: false },
    { id: 7, name: "image", type: "string", required: false },
    { id: 8, name: "categories", type: "json", required: false },
    { id: 9, name: "tags", type: "json", required: false },
    { id: 10, name: "brand", type: "string", required: false },
    { id: 11, name: "price", type: "double", required: false },
    { id: 12, name: "currency", type: "string", required: false },
    { id: 13, name: "stock", type: "long", required: false },
    { id: 14, name: "hidden", type: "boolean", required: false },
    { id: 15, name: "published_at", type: "timestamp_ms", required: false },
    { id: 16, name: "attributes", type: "json", required: false },
  ],
  timeColumn: "changed_at",
  keyColumn: "item_id",
};

export const USER_CHANGES: Table<UserChange> = {
  name: "user_changes",
  path: "lake/bronze/user_changes",
  columns: [
    { id: 1, name: "tenant", type: "string", required: true },
    { id: 2, name: "user_id", type: "string", required: true },
    { id: 3, name: "changed_at", type: "timestamp_ms", required: true },
    { id: 4, name: "deleted", type: "boolean", required: true },
    { id: 5, name: "attributes", type: "json", required: false },
  ],
  timeColumn: "changed_at",
  keyColumn: "user_id",
};

export const IDENTITY_LINKS: Table<IdentityLink> = {
  name: "identity_links",
  path: "lake/bronze/identity_links",
  columns: [
    { id: 1, name: "tenant", type: "string", required: true },
    { id: 2, name: "anonymous_id", type: "string", required: true },
    { id: 3, name: "user_id", type: "string", required: true },
    { id: 4, name: "event_id", type: "string", required: true },
    { id: 5, name: "linked_at", type: "timestamp_ms", required: true },
    { id: 6, name: "received_at", type: "timestamp_ms", required: true },
  ],
  timeColumn: "received_at",
  keyColumn: "event_id",
};

export const QUARANTINE: Table<QuarantinedRow> = {
  name: "quarantine",
  path: "lake/ops/quarantine",
  columns: [
    { id: 1, name: "tenant", type: "string", required: true },
    { id: 2, name: "event_id", type: "string", required: false },
    { id: 3, name: "reason", type: "string", required: true },
    { id: 4, name: "detail", type: "string", required: false },
    { id: 5, name: "body", type: "string", required: true },
    { id: 6, name: "truncated", type: "boolean", required: true },
    { id: 7, name: "quarantined_at", type: "timestamp_ms", required: true },
  ],
  timeColumn: "quarantined_at",
  keyColumn: "body",
};
