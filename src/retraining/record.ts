import { openLake, TRAINING_RUNS, type TrainingRun } from "../lake/index.ts";
import type { RetrainOutcome, RetrainParams } from "./contract.ts";
import type { RetrainPorts } from "./ports.ts";

/** What a run had made by its end. */
export interface Made {
  snapshots?: Record<string, number>;
  learner?: string;
  evaluatedHash?: string;
  modelHash?: string;
}

/**
 * Appends the run to gold.training_runs. Safe to repeat: row and time follow from results that the steps before have kept, so the file
 * has the same name again.
 */
export async function recordRun(
  { store }: RetrainPorts,
  params: RetrainParams,
  { outcome, made, seconds }: { outcome: RetrainOutcome; made: Made; seconds: number },
): Promise<string> {
  const row: TrainingRun = {
    tenant: params.tenant,
    run: params.runId,
    requested_at: params.requestedAtMs,
    status: outcome.status,
    reason: params.reason,
    seed: params.seed,
    seconds,
    snapshots: made.snapshots ?? {},
    ...(made.learner === undefined ? {} : { learner: made.learner }),
    ...(made.evaluatedHash === undefined ? {} : { evaluated_hash: made.evaluatedHash }),
    ...(made.modelHash === undefined ? {} : { model_hash: made.modelHash }),
    ...told(outcome),
  };
  await openLake(store).append(TRAINING_RUNS, [row], { nowMs: params.requestedAtMs });
  return outcome.status;
}

function told(outcome: RetrainOutcome): Partial<TrainingRun> {
  switch (outcome.status) {
    case "published":
      return { model_version: outcome.version, metrics: outcome.metrics };
    case "refused":
      return { refusal: outcome.reason, metrics: outcome.metrics };
    case "too_little_data":
      return { refusal: outcome.message };
    case "reproduced":
      return { metrics: outcome.metrics };
  }
}
