import type { Reasons } from "./lists.ts";

/** Of the history, the strongest few say enough. */
const SPOKE_MAX = 3;

/** What a list's sources are, for who points at one. */
export const SOURCES: Record<string, string> = {
  model: "The model ranks it for this history.",
  explored: "It is tried out: little is known of it yet.",
  segment: "Visitors who came alike ask for it.",
  together: "It is bought along with the newest item of the history.",
  trending: "Many visitors ask for it just now.",
  popular: "Many visitors asked for it this month.",
  newest: "It is among the newest items.",
  last_good: "It stood in the last good list.",
};

/** Why an item stands where it does, and what the rules did; each a part of one line. `titleOf`: of items of the history. */
export function reasonWords(
  { history, pin, boosts, rank_before: before, rank }: Reasons & { rank?: number },
  titleOf: (itemId: string) => string,
): string[] {
  const spoke = history
    .filter(({ by }) => by > 0)
    .slice(0, SPOKE_MAX)
    .map(({ item_id, by }) => `${titleOf(item_id)} (+${by.toFixed(2)})`);
  return [
    ...(spoke.length === 0 ? [] : [`because of ${spoke.join(", ")}`]),
    ...(pin === undefined ? [] : [`pinned by ${pin}`]),
    ...boosts.map(
      ({ name, by }) => `${name} ${by < 0 ? "holds it back by" : "lifts it by"} ${Math.abs(by).toFixed(2)}`,
    ),
    ...(before === null || before === rank ? [] : [`place ${before} without rules`]),
  ];
}

/** Why an item is not in a list, by `reason` of `/v1/why`. */
export function absenceWords(reason: string, before: number | null): string {
  const [kind = "", name = ""] = reason.split(/\.(.*)/s);
  if (kind === "rank") {
    return before === null
      ? "others come before it: it is not among the first 1,000"
      : `others come before it: without rules it would stand at place ${before}`;
  }
  if (kind === "filter") return name === "" ? "a filter leaves it out" : `the filter “${name}” leaves it out`;
  if (kind === "cap") return `there may be no more of its ${name} in the list`;
  return ABSENCES[kind] ?? reason;
}

const ABSENCES: Record<string, string> = {
  unknown: "neither this model nor what came since knows it",
  unavailable: "it is hidden, sold out or deleted",
  excluded: "the history has it, and the list does not repeat",
  rotation: "it was shown lately, and the rotation has it rest",
  min_score: "its score is below the least that the rules take",
  not_a_candidate: "it was not among those to choose from",
};
