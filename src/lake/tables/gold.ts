import type { Table } from "./table.ts";
import { TENANT_BUCKETS } from "./tenant-bucket.ts";

/**
 * What happened to an item on one UTC day of `occurred_at`, by people: bots and automated sessions are left out. Denied consent
 * counts here, where nobody is named, but is no subject.
 */
export interface ItemDay {
  tenant: string;
  item_id: string;
  /** Midnight UTC. */
  day: number;
  views: number;
  clicks: number;
  carts: number;
  purchases: number;
  impressions: number;
  /** Sum of the event weights. */
  score: number;
  /** Pieces bought; a purchase that does not say counts one. */
  quantity: number;
  /** Sum of the purchases' `value`, whatever their currency. */
  revenue: number;
  /** Distinct subjects. */
  subjects: number;
}

export const ITEM_DAILY: Table<ItemDay> = {
  name: "gold.item_daily",
  path: "lake/gold/item_daily",
  columns: [
    { id: 1, name: "tenant", type: "string", required: true },
    { id: 2, name: "item_id", type: "string", required: true },
    { id: 3, name: "day", type: "timestamp_ms", required: true },
    { id: 4, name: "views", type: "long", required: true },
    { id: 5, name: "clicks", type: "long", required: true },
    { id: 6, name: "carts", type: "long", required: true },
    { id: 7, name: "purchases", type: "long", required: true },
    { id: 8, name: "impressions", type: "long", required: true },
    { id: 9, name: "score", type: "double", required: true },
    { id: 10, name: "quantity", type: "double", required: true },
    { id: 11, name: "revenue", type: "double", required: true },
    { id: 12, name: "subjects", type: "long", required: true },
  ],
  // Not by day: an import of years would make a file for each of their days. Files are ranges of (tenant, day) instead.
  partition: [TENANT_BUCKETS],
  sort: ["tenant", "day", "item_id"],
};

/** One interaction of a subject (`u:<user_id>` or `a:<anonymous_id>`), as training reads it. */
export interface HistoryEntry {
  tenant: string;
  subject: string;
  occurred_at: number;
  event_id: string;
  item_id: string;
  type: string;
  /** `eventTypeCode` of `type`. */
  type_code: number;
  /** The event's weight, above 0. */
  weight: number;
  value?: number;
}

/**
 * Rows of one subject. Above what all but the keenest people do in years, so that no model misses anything of them; and a crawler that
 * nobody has found out cannot fill the table.
 */
export const USER_HISTORY_MAX = 3_000;

export const USER_HISTORIES: Table<HistoryEntry> = {
  name: "gold.user_histories",
  path: "lake/gold/user_histories",
  columns: [
    { id: 1, name: "tenant", type: "string", required: true },
    { id: 2, name: "subject", type: "string", required: true },
    { id: 3, name: "occurred_at", type: "timestamp_ms", required: true },
    { id: 4, name: "event_id", type: "string", required: true },
    { id: 5, name: "item_id", type: "string", required: true },
    { id: 6, name: "type", type: "string", required: true },
    { id: 7, name: "type_code", type: "long", required: true },
    { id: 8, name: "weight", type: "double", required: true },
    { id: 9, name: "value", type: "double", required: false },
  ],
  partition: [TENANT_BUCKETS],
  sort: ["tenant", "subject", "occurred_at", "event_id"],
};

/** A subject that is in a segment of its tenant, and since which refresh it has been without a break. */
export interface SegmentMember {
  tenant: string;
  subject: string;
  segment: string;
  since: number;
}

export const SEGMENTS: Table<SegmentMember> = {
  name: "gold.segments",
  path: "lake/gold/segments",
  columns: [
    { id: 1, name: "tenant", type: "string", required: true },
    { id: 2, name: "subject", type: "string", required: true },
    { id: 3, name: "segment", type: "string", required: true },
    { id: 4, name: "since", type: "timestamp_ms", required: true },
  ],
  partition: [TENANT_BUCKETS],
  sort: ["tenant", "subject", "segment"],
};

/** How one retrain ended, and all that it takes to run it again. */
export interface TrainingRun {
  tenant: string;
  run: string;
  requested_at: number;
  /** `published`, `refused`, `too_little_data`, `reproduced`. */
  status: string;
  /** Why it asked for the run: `cron`, `admin`, `rerun`. */
  reason: string;
  seed: number;
  seconds: number;
  /** Table → the snapshot that was read; the run's tag keeps it. */
  snapshots: Record<string, number>;
  /** The published model's. */
  model_version?: string;
  learner?: string;
  metrics?: Record<string, unknown>;
  /** Why nothing was published. */
  refusal?: string;
  /** SHA-256 of the ONNX file that was evaluated, and of the one fitted on all rows. */
  evaluated_hash?: string;
  model_hash?: string;
  /** What it went by: the tenant's training settings, and whether it searched or renewed. */
  settings?: Record<string, unknown>;
  plan?: Record<string, unknown>;
  /** Estimated, of all its fits and searches. */
  cpu_seconds?: number;
}

export const TRAINING_RUNS: Table<TrainingRun> = {
  name: "gold.training_runs",
  path: "lake/gold/training_runs",
  columns: [
    { id: 1, name: "tenant", type: "string", required: true },
    { id: 2, name: "run", type: "string", required: true },
    { id: 3, name: "requested_at", type: "timestamp_ms", required: true },
    { id: 4, name: "status", type: "string", required: true },
    { id: 5, name: "reason", type: "string", required: true },
    { id: 6, name: "seed", type: "long", required: true },
    { id: 7, name: "seconds", type: "double", required: true },
    { id: 8, name: "snapshots", type: "json", required: true },
    { id: 9, name: "model_version", type: "string", required: false },
    { id: 10, name: "learner", type: "string", required: false },
    { id: 11, name: "metrics", type: "json", required: false },
    { id: 12, name: "refusal", type: "string", required: false },
    { id: 13, name: "evaluated_hash", type: "string", required: false },
    { id: 14, name: "model_hash", type: "string", required: false },
    { id: 15, name: "settings", type: "json", required: false },
    { id: 16, name: "plan", type: "json", required: false },
    { id: 17, name: "cpu_seconds", type: "double", required: false },
  ],
  partition: [TENANT_BUCKETS],
  sort: ["tenant", "requested_at", "run"],
};
