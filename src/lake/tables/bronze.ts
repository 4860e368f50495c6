import { EVENT_COLUMNS, type Item, type StoredEvent } from "../../events/index.ts";
import type { Table } from "./table.ts";

/** Events as delivered: a row may come twice. */
export const EVENTS: Table<StoredEvent> = {
  name: "bronze.events",
  path: "lake/bronze/events",
  columns: EVENT_COLUMNS,
  partition: [{ column: "received_at", transform: { kind: "day" } }],
  sort: ["tenant", "received_at", "event_id"],
  // A year and the season before it. Silver keeps each event once, for ever: it is what all above is made from.
  retention: { column: "received_at", days: 400 },
};

/** What happened to an item: the whole item after the change, or only its id when `deleted`. */
export interface ItemChange extends Item {
  tenant: string;
  changed_at: number;
  deleted: boolean;
}

export const ITEM_CHANGES: Table<ItemChange> = {
  name: "bronze.item_changes",
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
  partition: [{ column: "changed_at", transform: { kind: "day" } }],
  sort: ["tenant", "changed_at", "item_id"],
};

export interface UserChange {
  tenant: string;
  user_id: string;
  changed_at: number;
  deleted: boolean;
  attributes?: Record<string, string | number | boolean> | undefined;
}

export const USER_CHANGES: Table<UserChange> = {
  name: "bronze.user_changes",
  path: "lake/bronze/user_changes",
  columns: [
    { id: 1, name: "tenant", type: "string", required: true },
    { id: 2, name: "user_id", type: "string", required: true },
    { id: 3, name: "changed_at", type: "timestamp_ms", required: true },
    { id: 4, name: "deleted", type: "boolean", required: true },
    { id: 5, name: "attributes", type: "json", required: false },
  ],
  partition: [{ column: "changed_at", transform: { kind: "day" } }],
  sort: ["tenant", "changed_at", "user_id"],
};

/** From `linked_at` on, what the device does counts for the user. */
export interface IdentityLink {
  tenant: string;
  anonymous_id: string;
  user_id: string;
  event_id: string;
  linked_at: number;
  received_at: number;
}

export const IDENTITY_LINKS: Table<IdentityLink> = {
  name: "bronze.identity_links",
  path: "lake/bronze/identity_links",
  columns: [
    { id: 1, name: "tenant", type: "string", required: true },
    { id: 2, name: "anonymous_id", type: "string", required: true },
    { id: 3, name: "user_id", type: "string", required: true },
    { id: 4, name: "event_id", type: "string", required: true },
    { id: 5, name: "linked_at", type: "timestamp_ms", required: true },
    { id: 6, name: "received_at", type: "timestamp_ms", required: true },
  ],
  partition: [{ column: "received_at", transform: { kind: "day" } }],
  sort: ["tenant", "received_at", "event_id"],
};
