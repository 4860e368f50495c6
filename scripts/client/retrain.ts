import { setTimeout as sleep } from "node:timers/promises";
import type { Metric } from "../../src/registry/index.ts";
import type { ApiClient } from "./api.ts";

const POLL_MS = 500;
/** The longest step of a retrain takes minutes; one that was killed never moves again. */
const STALL_MS = 10 * 60_000;

export interface Published {
  status: "published";
  version: string;
  learner: string;
  reason: string;
  metrics: Record<string, Metric>;
}

/** How a retrain ended, as the API tells it. */
export type RetrainOutcome =
  | Published
  | {
      status: "refused";
      reason: string;
      metrics: Record<string, Metric>;
      /** The live version, where what came out is equal to it byte for byte. */
      live?: string;
    }
  | { status: "too_little_data"; interactions_needed: number; message: string }
  | Reproduced;

/** An earlier run, run again. */
export interface Reproduced {
  status: "reproduced";
  of: string;
  identical: boolean;
  evaluated_hash: string;
  model_hash: string;
  metrics: Record<string, Metric>;
}

/** What to train: with a seed, or an earlier run again; and what brought it about. */
export interface RetrainRequest {
  seed?: number;
  run?: string;
  reason?: "admin" | "import";
}

export interface RetrainStatus {
  status: "queued" | "running" | "complete" | "errored";
  step: string;
  run_id: string;
  /** 0 to 1. */
  progress: number;
  message: string;
  outcome?: RetrainOutcome;
  error?: string;
}

/** Starts a retrain and follows it to its end; throws when it errs, and when it has not moved for `stallMs`. */
export async function retrain(
  client: ApiClient,
  request: RetrainRequest,
  onStatus: (status: RetrainStatus) => void,
  stallMs = STALL_MS,
): Promise<RetrainOutcome> {
  const { run_id: runId } = await startRetrain(client, request);
  return followRun(client, runId, onStatus, stallMs);
}

/** Starts a retrain, which goes on by itself. */
export function startRetrain(client: ApiClient, request: RetrainRequest): Promise<{ run_id: string }> {
  return client.request("/v1/admin/retrain", {
    method: "POST",
    body: request,
    // Repeated, it would start a second run.
    retry: false,
  });
}

/** Makes the next version of the training settings, and follows the run that it starts; with settings that are in force already a run like any other. */
export async function retrainBySettings(
  client: ApiClient,
  settings: unknown,
  onStatus: (status: RetrainStatus) => void,
): Promise<RetrainOutcome> {
  const { run_id: runId } = await client.request<{ run_id: string | null }>("/v1/admin/training", {
    method: "PUT",
    body: settings,
    retry: false,
  });
  if (runId === null) return retrain(client, {}, onStatus);
  return followRun(client, runId, onStatus, STALL_MS);
}

async function followRun(
  client: ApiClient,
  runId: string,
  onStatus: (status: RetrainStatus) => void,
  stallMs: number,
): Promise<RetrainOutcome> {
  let last = "";
  let movedMs = Date.now();
  for (;;) {
    const path = `/v1/admin/retrain/${encodeURIComponent(runId)}`;
    const status = { ...(await client.request<RetrainStatus>(path)), run_id: runId };
    onStatus(status);
    if (status.status === "errored") throw new Error(`the retrain failed: ${status.error ?? status.message}`);
    if (status.status === "complete") {
      if (status.outcome === undefined) throw new Error("the retrain ended without an outcome");
      return status.outcome;
    }
    const now = JSON.stringify([status.status, status.step, status.progress, status.message]);
    if (now !== last) movedMs = Date.now();
    last = now;
    if (Date.now() - movedMs > stallMs) {
      throw new Error(
        `the retrain ${runId} has not moved for ${stallMs / 60_000} minutes (${status.status}, step "${status.step}"): ` +
          "it was probably cut short; start another one",
      );
    }
    await sleep(POLL_MS);
  }
}
