import type { Table } from "./table.ts";

/** A row that did not reach the features, with its reason and its text, so that it can be replayed; and what is said of such rows. */
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
  /** The declared check that the row failed, `<table>/<check>`; absent where it was refused on its way in. */
  check?: string;
}

/** The reason of a row that says: the row with this body was taken back. Quarantine is only ever added to. */
export const REPLAYED = "replayed";

/** The reason of a copy of a row that failed a check: the row itself stays in its table, so there is nothing to replay. */
export const FAILED_CHECK = "failed_check";

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
    { id: 8, name: "check", type: "string", required: false },
  ],
  partition: [{ column: "quarantined_at", transform: { kind: "day" } }],
  sort: ["tenant", "quarantined_at", "event_id"],
  // A season to mend what refused the rows and to replay them.
  retention: { column: "quarantined_at", days: 90 },
};

/** One run of a job: what it read, what it made. Together the rows say where every table's state comes from. */
export interface LineageRow {
  run: string;
  job: string;
  /** Table → the snapshot that was read. */
  inputs: Record<string, number>;
  output: string;
  /** Absent when the job found nothing to change. */
  output_snapshot?: number;
  rows_in: number;
  rows_out: number;
  duration_ms: number;
  started_at: number;
}

export const LINEAGE: Table<LineageRow> = {
  name: "ops.lineage",
  path: "lake/ops/lineage",
  columns: [
    { id: 1, name: "run", type: "string", required: true },
    { id: 2, name: "job", type: "string", required: true },
    { id: 3, name: "inputs", type: "json", required: true },
    { id: 4, name: "output", type: "string", required: true },
    { id: 5, name: "output_snapshot", type: "long", required: false },
    { id: 6, name: "rows_in", type: "long", required: true },
    { id: 7, name: "rows_out", type: "long", required: true },
    { id: 8, name: "duration_ms", type: "long", required: true },
    { id: 9, name: "started_at", type: "timestamp_ms", required: true },
  ],
  partition: [{ column: "started_at", transform: { kind: "day" } }],
  sort: ["job", "started_at", "run"],
  // As long as the events that the runs read.
  retention: { column: "started_at", days: 400 },
};
