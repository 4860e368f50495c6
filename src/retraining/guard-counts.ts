import { DAY_MS, MINUTE_MS } from "../base/index.ts";
import { type ListOrigin, readListOrigin } from "../events/index.ts";
import { INTERACTIONS, type Lake } from "../lake/index.ts";
import type { Pointer } from "../registry/index.ts";
import type { ClickCounts, ListCounts, LiveCounts } from "./guard.ts";

/** A version that has been live for longer has been compared often enough. */
const WATCHED_MS = 7 * DAY_MS;
/** The time before it that it is compared with. */
const BEFORE_MS = 3 * DAY_MS;
/** Scorers take so long to notice a promotion; lists of this while are of neither time. */
const CHANGE_MS = 2 * MINUTE_MS;
/** Lists of one time: more would tell nothing new, and their ids are held in memory. */
const LISTS_MAX = 100_000;

const WITHOUT_MODEL = ["scorer_error", "scorer_late", "scorer_cold"];

/**
 * Counts the lists that visitors saw around the live version's promotion, from the recommendation ids in silver.interactions. An id
 * is not asked for its signature: whoever may send one may ask for a real one as well. Null when there is nothing to
 * compare: no version before, or live for over a week.
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
  const [previous] = pointer.previous;
  const { version, promotedAtMs } = pointer;
  if (previous === undefined || nowMs - promotedAtMs > WATCHED_MS) return null;
  const live = new Tally(version);
  const before = new Tally(previous);
  const where = [{ column: "id_time", min: promotedAtMs - BEFORE_MS }] as const;
  const columns = ["type", "recommendation_id", "is_automated", "is_bot"] as const;
  for await (const batch of lake.scan(INTERACTIONS, { tenant, where, columns })) {
    const { type, recommendation_id: ids, is_automated: automated, is_bot: bots } = batch.columns;
    for (let row = 0; row < batch.rows; row++) {
      const id = ids[row];
      if (!id || automated[row] === true || bots[row] === true) continue;
      const origin = readListOrigin(id);
      if (origin === null) continue;
      const isSeen = type[row] === "impression";
      if (origin.mintedAtMs >= promotedAtMs + CHANGE_MS) live.add(id, origin, isSeen);
      else if (origin.mintedAtMs < promotedAtMs && origin.mintedAtMs >= promotedAtMs - BEFORE_MS) {
        before.add(id, origin, isSeen);
      }
    }
    await yieldTo();
  }
  return { live: live.counts(), before: before.counts() };
}

/** Each list once, however often it was seen or clicked. */
class Tally {
  readonly #version: string;
  readonly #seen = new Map<string, ListOrigin>();
  readonly #clicked = new Set<string>();

  constructor(version: string) {
    this.#version = version;
  }

  add(id: string, origin: ListOrigin, isSeen: boolean): void {
    if (!isSeen) this.#clicked.add(id);
    else if (this.#seen.size < LISTS_MAX) this.#seen.set(id, origin);
  }

  counts(): ListCounts & { clicks: ClickCounts } {
    const counts = { lists: 0, errors: 0, degraded: 0, clicks: { lists: 0, clicked: 0 } };
    for (const [id, { degraded = "", modelVersion }] of this.#seen) {
      counts.lists++;
      if (degraded === "scorer_error") counts.errors++;
      if (WITHOUT_MODEL.includes(degraded)) counts.degraded++;
      if (modelVersion !== this.#version) continue;
      counts.clicks.lists++;
      if (this.#clicked.has(id)) counts.clicks.clicked++;
    }
    return counts;
  }
}
