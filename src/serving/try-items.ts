import type { Rules } from "../rules/index.ts";
import { advance, type Cursor } from "./cursor.ts";
import { explore, type PoolItem } from "./exploration.ts";
import type { Found } from "./finish.ts";
import { type AnswerItem, pickFields, type Wanted } from "./ladder.ts";
import type { ListReader } from "./list-reader.ts";
import { PAGES_END } from "./notices.ts";
import type { AnswerRequest } from "./plan.ts";
import type { Round } from "./round.ts";
import { explorationPool, type RungsWanted } from "./rungs.ts";
import { roomUnder, withExplored } from "./with-explored.ts";

/** A list that nothing was tried in yet. */
export interface Listed extends Found {
  /** What any item of the list has to keep to. */
  wanted: Wanted;
  below: RungsWanted;
}

/** The list with items on trial at some of its places, where its scenario explores; and where its next page begins. */
export async function tryItems(
  { seed, cursor }: AnswerRequest,
  round: Round,
  listed: Listed,
  lists: ListReader,
): Promise<Found> {
  const { wanted, below, ...found } = listed;
  const { limit } = found;
  const { fields, carried, scenario } = round.plan;
  const rules = heldOf(round.plan.rules, found.relaxed);
  const pool = await poolOf(rules, round, listed, lists);
  const roomBeside = roomUnder(found.items, { limit, caps: rules.caps });
  const explored =
    pool.length === 0 ? null : explore(pool, { share: scenario.explorationShare, seed, roomBeside });
  const whole =
    explored === null
      ? found.items.slice(0, limit)
      : withExplored(found.items, explored.items, { limit, fields: carried, caps: rules.caps });
  const items = carried.length === fields.length ? whole : whole.map((item) => pickFields(item, fields));
  return {
    ...found,
    items,
    ...(explored === null ? {} : { exploration: explored.exploration }),
    ...(cursor === null ? {} : paged(found, cursor, { items, caps: rules.caps })),
  };
}

type Held = Pick<Rules, "caps" | "minScore" | "rotation">;

/** What the list keeps to, an item on trial has to keep to as well, and nothing else: not to what was given up for the list's sake. */
function heldOf({ caps, minScore, rotation }: Rules, relaxed: readonly string[] = []): Held {
  return {
    caps: relaxed.includes("cap") ? [] : caps,
    minScore: relaxed.includes("min_score") ? null : minScore,
    rotation: relaxed.includes("rotation") ? null : rotation,
  };
}

/**
 * The items that may be tried; none where the list is not to be explored. What the list has anyway is not tried as well: it could come to a place by both
 * ways, with no propensity that holds for either.
 */
async function poolOf(
  { minScore, rotation }: Held,
  { plan }: Round,
  { items, wanted: { blocked, seen }, below }: Pick<Listed, "items" | "wanted" | "below">,
  lists: ListReader,
): Promise<PoolItem[]> {
  // An item on trial has no score of the model to be compared.
  if (!plan.explores || minScore !== null) return [];
  const { lists: common } = await lists.get();
  const own = new Set(items.map(({ itemId }) => itemId));
  const isShown = (itemId: string) => rotation !== null && below.shown.has(itemId);
  return explorationPool(common, below.allows).filter(
    ({ itemId }) => !own.has(itemId) && !blocked(itemId) && !seen.has(itemId) && !isShown(itemId),
  );
}

/** Where the next page begins, and why there is none although the list may go on. */
function paged(
  { limit, notices, variant, qualifying = Number.POSITIVE_INFINITY }: Found,
  cursor: Cursor,
  { items, caps }: { items: readonly AnswerItem[]; caps: Rules["caps"] },
): Pick<Found, "next" | "notices"> {
  // Caps hold on each page by itself: what they kept out of this one may stand on the next.
  const isCapped = caps.length > 0 && items.length > 0 && cursor.shown.size + items.length < qualifying;
  if (items.length < limit && !isCapped) return { next: null, notices };
  const next = advance(
    cursor,
    items.map(({ itemId }) => itemId),
    variant,
  );
  return { next, notices: next === null ? [...notices, PAGES_END] : notices };
}
