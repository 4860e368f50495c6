import type { StoredEvent } from "./event.ts";

/** Column types that both Parquet and Iceberg have; `json` is stored as a string. */
export type ColumnType = "string" | "long" | "double" | "boolean" | "timestamp_ms" | "json";

export interface EventColumn {
  /** The Iceberg field id: given once, never reused. */
  id: number;
  name: keyof StoredEvent;
  type: ColumnType;
  required: boolean;
}

/** The columns of `bronze.events`, in file order. Columns are added at the end, never renamed, narrowed or removed. */
export const EVENT_COLUMNS: readonly EventColumn[] = [
  { id: 1, name: "tenant", type: "string", required: true },
  { id: 2, name: "event_id", type: "string", required: true },
  { id: 3, name: "type", type: "string", required: true },
  { id: 4, name: "user_id", type: "string", required: false },
  { id: 5, name: "anonymous_id", type: "string", required: false },
  { id: 6, name: "session_id", type: "string", required: false },
  { id: 7, name: "item_id", type: "string", required: false },
  { id: 8, name: "items", type: "json", required: false },
  { id: 9, name: "value", type: "double", required: false },
  { id: 10, name: "quantity", type: "double", required: false },
  { id: 11, name: "currency", type: "string", required: false },
  { id: 12, name: "duration_ms", type: "long", required: false },
  { id: 13, name: "scenario", type: "string", required: false },
  { id: 14, name: "recommendation_id", type: "string", required: false },
  { id: 15, name: "occurred_at", type: "timestamp_ms", required: true },
  { id: 16, name: "sent_at", type: "timestamp_ms", required: true },
  { id: 17, name: "received_at", type: "timestamp_ms", required: true },
  { id: 18, name: "context", type: "json", required: false },
  { id: 19, name: "consent", type: "string", required: true },
  { id: 20, name: "country", type: "string", required: false },
  { id: 21, name: "device", type: "string", required: false },
  { id: 22, name: "is_bot", type: "boolean", required: true },
  { id: 23, name: "replayed_at", type: "timestamp_ms", required: false },
];

export type Cell = string | number | boolean | null;
