import type { RetrainOutcome } from "../../src/retraining/index.ts";

/** How a retrain ended, as the API tells it. */
export function outcomeBody(outcome: RetrainOutcome) {
  if (outcome.status === "too_little_data") {
    const { interactionsNeeded, ...rest } = outcome;
    return { ...rest, interactions_needed: interactionsNeeded };
  }
  if (outcome.status !== "reproduced") return outcome;
  const { evaluatedHash, modelHash, ...rest } = outcome;
  return { ...rest, evaluated_hash: evaluatedHash, model_hash: modelHash };
}
