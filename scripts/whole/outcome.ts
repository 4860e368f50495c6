import type { RetrainOutcome } from "../../src/retraining/index.ts";
import type { RetrainOutcome as ToldOutcome } from "../client/index.ts";

/** An outcome as the API tells it. */
export function toldOutcome(outcome: RetrainOutcome): ToldOutcome {
  if (outcome.status === "too_little_data") {
    const { interactionsNeeded, ...rest } = outcome;
    return { ...rest, interactions_needed: interactionsNeeded };
  }
  if (outcome.status !== "reproduced") return outcome;
  const { evaluatedHash, modelHash, ...rest } = outcome;
  return { ...rest, evaluated_hash: evaluatedHash, model_hash: modelHash };
}
