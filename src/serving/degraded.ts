/** Why an answer is less than it could be. `no_items` and `few_items` stand alone where a healthy system has no more. */
export const DEGRADED_REASONS = [
  "scorer_cold",
  "scorer_late",
  "scorer_error",
  "ranker_error",
  "no_model",
  "history_unknown",
  "profile_late",
  "profile_error",
  "config_late",
  "scenario_late",
  "scenario_error",
  "lists_late",
  "few_items",
  "no_items",
] as const;

export type DegradedReason = (typeof DEGRADED_REASONS)[number];

export interface Problem {
  reason: DegradedReason;
  detail: string;
}

/** The first problem names the answer's; the others are told in its detail. */
export function degradedBy(problems: readonly Problem[]): Problem | undefined {
  const [first, ...others] = problems;
  if (first === undefined) return undefined;
  const also = others.map(({ reason }) => reason).join(", ");
  return { reason: first.reason, detail: also === "" ? first.detail : `${first.detail}; also ${also}` };
}
