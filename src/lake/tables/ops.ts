import type { Table } from "./table.ts";

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

export const QUARANTINE: Table<QuarantinedRow> = {
  name: "ops.quarantine",
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
  partition: [{ column: "quarantined_at", transform: { kind: "day" } }],
  sort: ["tenant", "quarantined_at", "event_id"],
};
