import type { Manifest, Metric, Pointer } from "../registry/index.ts";

/** How a retrain ended. A refusal is no error: the reason is for the tenant to read. */
export type RetrainOutcome =
  | { status: "published"; version: string; learner: string; metrics: Record<string, Metric> }
  | { status: "refused"; reason: string; metrics: Record<string, Metric> }
  | { status: "too_little_data"; interactionsNeeded: number; message: string };

export interface RetrainParams {
  tenant: string;
  runId: string;
  seed: number;
  /** Who or what asked for it: `cron`, `admin`, `import`. */
  reason: string;
  /** When it was asked for: the "now" of every step, so that a retry gives the same bytes. */
  requestedAtMs: number;
}

export const RETRAIN_STEPS = ["read", "train", "evaluate", "gate", "refit", "publish"] as const;

export type RetrainStep = (typeof RETRAIN_STEPS)[number];

export interface RetrainStatus {
  status: "queued" | "running" | "complete" | "errored";
  step: string;
  /** 0…1 over the whole run, never falling. */
  progress: number;
  message: string;
  outcome?: RetrainOutcome;
  error?: string;
}

/** The trainer Worker's RPC entrypoint `Admin`. */
export interface TrainerAdmin {
  startRetrain(tenant: string, options: { seed?: number; reason: string }): Promise<{ runId: string }>;
  /** Null when the tenant has no such run. */
  retrainStatus(tenant: string, runId: string): Promise<RetrainStatus | null>;
  listModels(tenant: string): Promise<{ live: Pointer | null; versions: string[] }>;
  getModel(tenant: string, version: string): Promise<Manifest | null>;
  promote(tenant: string, version: string): Promise<Pointer | { error: string }>;
  rollback(tenant: string): Promise<Pointer | { error: string }>;
  unpin(tenant: string): Promise<Pointer | { error: string }>;
}
