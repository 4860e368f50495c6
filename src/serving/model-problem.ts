import { unreachable } from "../base/index.ts";
import type { ScoreAnswer } from "../registry/index.ts";
import type { Problem } from "./degraded.ts";

/** What the scorer's list is without. */
export function lackOf({ rankerProblem }: ScoreAnswer & { status: "ok" }): Problem[] {
  if (rankerProblem === undefined) return [];
  return [{ reason: "ranker_error", detail: `the model's second stage had no part: ${rankerProblem}` }];
}

export const HISTORY_UNKNOWN: Problem = {
  reason: "history_unknown",
  detail: "the model knows none of the history's items",
};

/** A list beside an item has no history: it goes by that item alone. */
const ITEM_UNKNOWN: Problem = { reason: "history_unknown", detail: "the model does not know the item" };

export function besideItem(problem: Problem): Problem {
  return problem === HISTORY_UNKNOWN ? ITEM_UNKNOWN : problem;
}

type NoList =
  | Exclude<ScoreAnswer, { status: "ok" }>
  | { status: "ok" }
  | { status: "late" }
  | { status: "error"; message: string };

/** Why the scorer gave no list; null when it did. */
export function problemOf(outcome: NoList): Problem | null {
  switch (outcome.status) {
    case "ok":
      return null;
    case "cold":
      return { reason: "scorer_cold", detail: "the scorer is not ready yet" };
    case "late":
      return { reason: "scorer_late", detail: "the model did not answer in time" };
    case "error":
      return { reason: "scorer_error", detail: "the model could not be asked" };
    case "no_model":
      return { reason: "no_model", detail: "no model has been published yet" };
    case "no_version":
      return { reason: "no_model", detail: outcome.detail };
    case "no_history":
      return HISTORY_UNKNOWN;
    default:
      return unreachable(outcome);
  }
}
