import type { Column, Table } from "./table.ts";
import { TENANT_BUCKETS } from "./tenant-bucket.ts";

/*
 * Features as of moments, as the room `features` declares them: a row's columns are named as they are there. A moment is made
 * when it is asked for, whole, and replaces what was made for it before.
 */

/** A moment a day, of everybody: what a run has read stands under its tag for as long, and any moment can be made again. */
const DAYS_KEPT = 90;

type WindowName = "1h" | "24h" | "7d" | "30d";
type WindowedName = "views" | "clicks" | "purchases" | "ctr" | "time_spent_ms";

/** Of an item; the `category_…` ones are its first category's, null where it has none. */
export type ItemFeatureRow = {
  tenant: string;
  item_id: string;
  as_of: number;
  category?: string;
  age_days?: number;
  freshness?: number;
} & { [Name in `${WindowedName}_${WindowName}`]: number } & {
  [Name in `category_${WindowedName}_${WindowName}`]?: number;
};

const WINDOWS = ["1h", "24h", "7d", "30d"] as const;

/** Ids stay with their names for ever: a window has ten of them, of which five are in use. */
function windowColumns(prefix: "" | "category_", firstId: number): Column<ItemFeatureRow>[] {
  const required = prefix === "";
  return WINDOWS.flatMap((window, index) => {
    const id = firstId + 10 * index;
    return [
      { id, name: `${prefix}views_${window}`, type: "long", required },
      { id: id + 1, name: `${prefix}clicks_${window}`, type: "long", required },
      { id: id + 2, name: `${prefix}purchases_${window}`, type: "long", required },
      { id: id + 3, name: `${prefix}ctr_${window}`, type: "double", required },
      { id: id + 4, name: `${prefix}time_spent_ms_${window}`, type: "double", required },
    ] as const;
  });
}

export const ITEM_FEATURES: Table<ItemFeatureRow> = {
  name: "gold.item_features",
  path: "lake/gold/item_features",
  columns: [
    { id: 1, name: "tenant", type: "string", required: true },
    { id: 2, name: "item_id", type: "string", required: true },
    { id: 3, name: "as_of", type: "timestamp_ms", required: true },
    { id: 4, name: "category", type: "string", required: false },
    { id: 5, name: "age_days", type: "double", required: false },
    { id: 6, name: "freshness", type: "double", required: false },
    ...windowColumns("", 100),
    ...windowColumns("category_", 200),
  ],
  partition: [TENANT_BUCKETS],
  sort: ["tenant", "as_of", "item_id"],
  retention: { column: "as_of", days: DAYS_KEPT },
};

/** Of a subject (`u:<user_id>` or `a:<anonymous_id>`); what concerns a session is that of the device it was last seen on. */
export interface UserFeatureRow {
  tenant: string;
  subject: string;
  as_of: number;
  category_affinity: Record<string, number>;
  tag_affinity: Record<string, number>;
  last_items: string[];
  price_level?: number;
  session_ms: number;
  session_events: number;
  session_items: number;
  interest_distance: number;
  interest_changed: boolean;
  automated: boolean;
  device?: string;
  country?: string;
  referrer?: string;
  local_hour: number;
}

export const USER_FEATURES: Table<UserFeatureRow> = {
  name: "gold.user_features",
  path: "lake/gold/user_features",
  columns: [
    { id: 1, name: "tenant", type: "string", required: true },
    { id: 2, name: "subject", type: "string", required: true },
    { id: 3, name: "as_of", type: "timestamp_ms", required: true },
    { id: 4, name: "category_affinity", type: "json", required: true },
    { id: 5, name: "tag_affinity", type: "json", required: true },
    { id: 6, name: "last_items", type: "json", required: true },
    { id: 7, name: "price_level", type: "double", required: false },
    { id: 8, name: "session_ms", type: "long", required: true },
    { id: 9, name: "session_events", type: "long", required: true },
    { id: 10, name: "session_items", type: "long", required: true },
    { id: 11, name: "interest_distance", type: "double", required: true },
    { id: 12, name: "interest_changed", type: "boolean", required: true },
    { id: 13, name: "automated", type: "boolean", required: true },
    { id: 14, name: "device", type: "string", required: false },
    { id: 15, name: "country", type: "string", required: false },
    { id: 16, name: "referrer", type: "string", required: false },
    { id: 17, name: "local_hour", type: "long", required: true },
  ],
  partition: [TENANT_BUCKETS],
  sort: ["tenant", "as_of", "subject"],
  retention: { column: "as_of", days: DAYS_KEPT },
};
