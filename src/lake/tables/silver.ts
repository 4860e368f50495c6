import { EVENT_COLUMNS, type Item, type StoredEvent } from "../../events/index.ts";
import { ITEM_CHANGES, USER_CHANGES, type UserChange } from "./bronze.ts";
import type { Column, Table } from "./table.ts";
import { TENANT_BUCKETS } from "./tenant-bucket.ts";

/** An event, exactly once, placed by its id's own time. */
export interface Interaction extends StoredEvent {
  /** The UUIDv7's time. */
  id_time: number;
  /** `u:<user_id>`, else `a:<anonymous_id>`, else absent; a device whose link is known counts as its user. */
  subject?: string;
  /** Absent where no device is named. */
  session?: string;
  /** 0: no sign of interest. */
  event_weight: number;
  /** Of a session that is not a person's. */
  is_automated: boolean;
  /** Whether the catalogue has ever had the item; absent where no item is named. */
  item_known?: boolean;
}

/** The event's own columns keep their ids; those that silver adds begin at 101, so that an event may grow. */
export const INTERACTIONS: Table<Interaction> = {
  name: "silver.interactions",
  path: "lake/silver/interactions",
  columns: [
    ...EVENT_COLUMNS,
    { id: 101, name: "id_time", type: "timestamp_ms", required: true },
    { id: 102, name: "subject", type: "string", required: false },
    { id: 103, name: "session", type: "string", required: false },
    { id: 104, name: "event_weight", type: "double", required: true },
    { id: 105, name: "is_automated", type: "boolean", required: true },
    { id: 106, name: "item_known", type: "boolean", required: false },
  ],
  partition: [TENANT_BUCKETS, { column: "id_time", transform: { kind: "day" } }],
  sort: ["tenant", "event_id"],
};

/** A state and the time in which it held: from `valid_from` on, until right before `valid_to`; absent: until now. */
interface Validity {
  valid_from: number;
  valid_to?: number;
}

/** An item as it was for a time. While it was deleted there is no row. */
export interface ItemState extends Item, Validity {
  tenant: string;
}

export interface UserState extends Pick<UserChange, "tenant" | "user_id" | "attributes">, Validity {}

const VALIDITY = [
  { id: 101, name: "valid_from", type: "timestamp_ms", required: true },
  { id: 102, name: "valid_to", type: "timestamp_ms", required: false },
] as const satisfies Column<Validity>[];

/** The change's own columns, without what only a change has. */
function stateColumns<Row extends Validity>(changes: readonly Column<never>[]): Column<Row>[] {
  const kept = changes.filter(({ name }) => name !== "changed_at" && name !== "deleted");
  return [...kept, ...VALIDITY] as Column<Row>[];
}

export const ITEM_STATES: Table<ItemState> = {
  name: "silver.items",
  path: "lake/silver/items",
  columns: stateColumns<ItemState>(ITEM_CHANGES.columns as readonly Column<never>[]),
  partition: [TENANT_BUCKETS],
  sort: ["tenant", "item_id", "valid_from"],
};

export const USER_STATES: Table<UserState> = {
  name: "silver.users",
  path: "lake/silver/users",
  columns: stateColumns<UserState>(USER_CHANGES.columns as readonly Column<never>[]),
  partition: [TENANT_BUCKETS],
  sort: ["tenant", "user_id", "valid_from"],
};
