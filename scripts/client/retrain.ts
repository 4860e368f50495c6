import { setTimeout as sleep } from "node:timers/promises";
import type { Metric } from "../../src/registry/index.ts";
import type { ApiClient } from "./api.ts";

const POLL_MS = 500;

export interface Published {
  status: "published";
  version: string;
  learner: string;
  metrics: Record<string, Metric>;
}

/** How a retrain ended, as the API tells it. */
export type RetrainOutcome =
  | Published
  | { status: "refused"; reason: string; metrics: Record<string, Metric> }
  | { status: "too_little_data"; interactions_needed: number; message: string };

export interface RetrainStatus {
  status: "queued" | "running" | "complete" | "errored";
  step: string;
  /** 0 to 1. */
  progress: number;
  message: string;
  outcome?: RetrainOutcome;
  error?: string;
}

/** Starts a retrain and follows it to its end; throws when it errs. */
export async function retrain(
  client: ApiClient,
  seed: number | undefined,
  onStatus: (status: RetrainStatus) => void,
): Promise<RetrainOutcome> {
  const { run_id: runId } = await client.request<{ run_id: string }>("/v1/admin/retrain", {
    method: "POST",
    body: seed === undefined ? {} : { seed },
    // Repeated, it would start a second run.
    retry: false,
  });
  for (;;) {
    const status = await client.request<RetrainStatus>(`/v1/admin/retrain/${encodeURIComponent(runId)}`);
    onStatus(status);
    if (status.status === "errored") throw new Error(`the retrain failed: ${status.error ?? status.message}`);
    if (status.status === "complete") {
      if (status.outcome === undefined) throw new Error("the retrain ended without an outcome");
      return status.outcome;
    }
    await sleep(POLL_MS);
  }
}
