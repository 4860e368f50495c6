import { DAY_MS, MINUTE_MS } from "../base/index.ts";
import { eventTypeWeight, readListOrigin } from "../events/index.ts";
import { INTERACTIONS, type Lake } from "../lake/index.ts";
import type { Pointer } from "../registry/index.ts";
import type { LiveCounts } from "./guard.ts";
import { ListTally } from "./guard-tally.ts";

/** A version that has been live for longer has been compared often enough. */
const WATCHED_MS = 7 * DAY_MS;
/** A course likewise: a busy site's week would take minutes to read every hour, and seasons change. */
const COURSE_WATCHED_MS = 3 * DAY_MS;
/** The time before it that it is compared with. */
const BEFORE_MS = 3 * DAY_MS;
/** Scorers take so long to notice a promotion; lists of this while are of neither time. */
const CHANGE_MS = 2 * MINUTE_MS;

/**
 * Counts the lists that visitors saw around the beginning of the live version's course, from the recommendation ids in
 * silver.interactions. Null when there is nothing to compare: no version before, or live for over a week. Only the edge can tell
 * whether an id is ours: whoever judges clicks by them relies on it that a list which nobody clicks may as well be asked for.
 */
export async function countLists(
  lake: Lake,
  {
    tenant,
    pointer,
    nowMs,
    yieldTo,
  }: {
    tenant: string;
    pointer: Pointer;
    nowMs: number;
    yieldTo(): Promise<void>;
  },
): Promise<LiveCounts | null> {
  const times = timesOf(pointer, nowMs);
  if (times === null) return null;
  const { sinceMs, isOfCourse, beforeSinceMs } = times;
  const fromMs = sinceMs - BEFORE_MS;
  const now = new ListTally();
  const then = new ListTally();
  const where = [{ column: "id_time", min: fromMs }] as const;
  const columns = ["type", "recommendation_id", "is_automated", "is_bot"] as const;
  for await (const batch of lake.scan(INTERACTIONS, { tenant, where, columns })) {
    const { type, recommendation_id: ids, is_automated: automated, is_bot: bots } = batch.columns;
    for (let row = 0; row < batch.rows; row++) {
      const id = ids[row];
      const sign = type[row] ?? "";
      const isSeen = sign === "impression";
      // What was disliked, or taken out of the cart, speaks for no list.
      if (!isSeen && eventTypeWeight(sign) <= 0) continue;
      if (!id || automated[row] === true || bots[row] === true) continue;
      const origin = readListOrigin(id);
      if (origin === null || origin.tenant !== tenant) continue;
      const { mintedAtMs } = origin;
      const said = { isSeen };
      if (mintedAtMs >= sinceMs + CHANGE_MS) now.add(id, origin, said);
      else if (mintedAtMs >= fromMs && mintedAtMs < sinceMs) {
        // Clicks are compared with those of the course before, errors with all that was seen in those days.
        const modelVersion = mintedAtMs < beforeSinceMs ? null : origin.modelVersion;
        then.add(id, { ...origin, modelVersion }, said);
      }
    }
    await yieldTo();
  }
  // Some scorers answer by the version before for long: a version that answered then is none of the course.
  const old = then.versions();
  const isNew = (version: string) => !old.has(version);
  const { promotedAtMs } = pointer;
  return {
    live: now.counts({ fromMs: promotedAtMs + CHANGE_MS }, isNew),
    earlier: isOfCourse ? now.counts({ untilMs: promotedAtMs }, isNew) : null,
    before: then.counts({}, () => true),
  };
}

/** When what is judged began, and what was before it. */
function timesOf({ course, previous, promotedAtMs }: Pointer, nowMs: number) {
  if (course?.before !== undefined && nowMs - course.sinceMs <= COURSE_WATCHED_MS) {
    const beforeSinceMs = course.before.sinceMs + CHANGE_MS;
    return { sinceMs: course.sinceMs, isOfCourse: true, beforeSinceMs };
  }
  if (previous.length === 0 || nowMs - promotedAtMs > WATCHED_MS) return null;
  return { sinceMs: promotedAtMs, isOfCourse: false, beforeSinceMs: 0 };
}
