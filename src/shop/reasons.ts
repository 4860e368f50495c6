import type { Reasons, Why } from "../beacon/index.ts";

/** How many items of the history are named: the strongest say enough. */
const NAMED_MAX = 3;

const BY_SOURCE: Record<string, string> = {
  model: "The model puts it high for a visitor like you.",
  explored: "It is being tried out: little is known of it yet, so it gets one of a few places kept for that.",
  last_good: "It stood in your last good list: the model could not be asked just now.",
  segment: "Visitors who came like you ask for it just now.",
  together: "It is bought along with what you looked at.",
  trending: "Many visitors ask for it just now.",
  popular: "Many visitors asked for it this month.",
  newest: "It is among the newest in the shop.",
};

/** Whether the reasons are another's than the list's: nobody vouches for the user that it was made for. */
export function areOthers({ notices = [] }: Pick<Why, "notices">): boolean {
  return notices.some(({ field }) => field === "user_id");
}

/** Why an item stands where it does, in words for a visitor. `titleOf` names items of the history. */
export function reasonsFor(item: Why["items"][number], titleOf: (itemId: string) => string): string[] {
  const spoke = item.history
    .filter(({ by }) => by > 0)
    .sort((a, b) => b.by - a.by)
    .slice(0, NAMED_MAX)
    .map(({ item_id }) => titleOf(item_id));
  const because =
    spoke.length > 0 && item.source === "model"
      ? `Because of what you looked at: ${spoke.join("; ")}.`
      : (BY_SOURCE[item.source] ?? `It comes from the list “${item.source}”.`);
  return [because, ...ruleWords(item), ...moveWords(item)];
}

/**
 * Why an item is in no list that would be made now, though it stood in the one on the page: what was shown or done since counts already. `unlisted` is
 * undefined where the answer does not tell of it.
 */
export function absenceOf(unlisted: { reason: string } | undefined, isDegraded: boolean): string {
  if (unlisted === undefined && isDegraded) return "The model cannot be asked for its reasons just now.";
  const [kind = ""] = (unlisted?.reason ?? "").split(".");
  return `It was in the list that you see. ${BY_ABSENCE[kind] ?? "Asked again, the list would be another one by now."}`;
}

const BY_ABSENCE: Record<string, string> = {
  rank: "Asked again, others would come before it by now.",
  rotation: "You have been shown it since, so it would step back now.",
  unavailable: "It is not to be had any more.",
  excluded: "You have looked at it since, so it would not be shown again.",
  filter: "The rules of this list would leave it out by now.",
  cap: "Others of its kind would take its place by now.",
  min_score: "The model would not put it high enough by now.",
  unknown: "It is not in the shop any more.",
};

function ruleWords({ boosts, pin }: Reasons): string[] {
  return [
    ...(pin === undefined ? [] : [`The shop keeps this place for it (pin “${pin}”).`]),
    ...boosts.map(({ name, by }) => {
      if (name === "rotation") return "You were shown it lately, so it steps back a little.";
      return by > 0 ? `The shop lifts it (“${name}”).` : `The shop holds it back (“${name}”).`;
    }),
  ];
}

function moveWords({ rank, rank_before: before }: Why["items"][number]): string[] {
  if (before === null || before === rank) return [];
  return [`Without the shop's rules it would stand at place ${before}; here it is at ${rank}.`];
}
