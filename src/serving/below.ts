import { HELD_OUT_LIST } from "./holdout.ts";
import { listFilter, shownWithin } from "./list-filter.ts";
import type { ListReader } from "./list-reader.ts";
import type { AnswerRequest, Subject } from "./plan.ts";
import type { ServingPorts } from "./ports.ts";
import type { Round } from "./round.ts";
import { commonRungs, type RungsWanted } from "./rungs.ts";

/** What stands below the model's list for a request. */
export function rungsWanted(
  { subject, context, referrer, cursor }: AnswerRequest,
  round: Round,
  ports: ServingPorts,
): RungsWanted {
  const { plan } = round;
  const nowMs = ports.now();
  const segment = () => {
    const { country, device } = context?.() ?? {};
    return {
      ...(country === undefined ? {} : { country }),
      ...(device === undefined ? {} : { device }),
      ...(referrer === null ? {} : { referrer }),
      nowMs,
    };
  };
  return {
    common: plan.variant === "popular" ? HELD_OUT_LIST : commonOf(subject),
    fallback: plan.scenario.fallback,
    segment: subject.kind === "visitor" ? segment : null,
    limit: plan.limit + (cursor?.shown.size ?? 0) + round.known.history.entries.length,
    allows: listFilter(round, nowMs),
    shown: shownWithin(round, nowMs),
    isFiltered: plan.rules.filters.length > 0 || plan.rules.caps.length > 0,
    rules: plan.rules,
  };
}

function commonOf(subject: Subject): RungsWanted["common"] {
  if (subject.kind !== "anybody") return null;
  return { list: subject.list, category: subject.category };
}

/** What the scorer is given for somebody without a history: it knows every field, and fills up by popularity as rules allow. */
export async function ladderOf(lists: ListReader, below: RungsWanted) {
  const { lists: common } = await lists.get();
  return commonRungs(common, { ...below, allows: () => true }).map(({ source, items }) => ({
    source,
    itemIds: Array.from(items(), ({ itemId }) => itemId),
  }));
}
