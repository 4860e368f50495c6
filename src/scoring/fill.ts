import { type BiasDraft, type Candidate, select, valuesOf } from "../rules/index.ts";
import type { Asked } from "./asked.ts";
import { likenessOf } from "./likeness.ts";
import { PagesBefore } from "./pages.ts";
import type { Found } from "./reorder.ts";
import { addWhere, LIFT } from "./restrict.ts";
import type { Source } from "./source.ts";
import type { ModelView } from "./view.ts";

/** Candidates fetched at first for each place of the list, where some may not get one. */
const FETCH_FACTOR = 4;
const FETCH_MIN = 50;

export interface Filled {
  /** In the list's order; the lift of pins taken off. */
  chosen: Candidate[];
  /** Places, those of pages before counted. */
  filled: number;
  /** Item → the pin that put it there. */
  pinned: Map<number, string>;
  /** Items that a cap or `min_score` kept out, of those that were looked at, with the reason. */
  left: Map<number, string>;
  problem?: string;
}

/** The list out of a source: fetches more until it is full or nothing more is allowed. */
export async function fill(
  view: ModelView,
  asked: Asked,
  relaxed: ReadonlySet<string>,
  { source, draft }: { source: Source; draft: BiasDraft },
): Promise<Filled> {
  const { limit, rules } = asked;
  const { qualifying } = draft;
  const caps = relaxed.has("cap") ? [] : rules.caps;
  const minScore = relaxed.has("min_score") || !source.isModel ? null : rules.minScore;
  const likeness = likenessOf(view);
  const before = new PagesBefore(view, asked);
  const takesMore = caps.length > 0 || rules.diversity > 0;
  // Pinned items are fetched besides those that come by their scores.
  let fetched = asked.pins.length + (takesMore ? Math.max(FETCH_FACTOR * limit, FETCH_MIN) : limit);
  for (;;) {
    fetched = Math.min(fetched, qualifying);
    if (Math.min(fetched, limit) === 0)
      return { chosen: [], filled: before.filled([]), pinned: new Map(), left: new Map() };
    const { found: lifted, problem } = await source.best(draft, fetched);
    const found = lifted.map((one) => lowered(one, asked));
    const pins = await resolvePins(view, asked, { source, draft, found });
    const isWorth = ({ score }: Found) => minScore === null || score >= minScore;
    const worth = found.filter(isWorth).sort((a, b) => b.score - a.score);
    const { chosen, capped } = select(worth, {
      limit,
      caps,
      diversity: rules.diversity,
      pinned: new Map(pins.map(({ place, one }) => [place, one])),
      valuesOf: (index, field) => valuesOf(view.itemAt(index), field),
      isUncapped: (index) => before.has(index),
      likeness,
    });
    // Behind an item that was not worth it stand none that are; only what was lifted stands out of its order.
    const isExhausted = found.some(
      (one) => !isWorth(one) && asked.pins.every(({ index }) => index !== one.index),
    );
    const filled = before.filled(chosen);
    if (filled < limit && fetched < qualifying && !isExhausted) {
      fetched *= FETCH_FACTOR;
      continue;
    }
    const left = new Map([...capped].map(([index, field]) => [index, `cap.${field}`]));
    for (const one of found) if (!isWorth(one)) left.set(one.index, "min_score");
    const pinned = new Map(pins.map(({ name, one }) => [one.index, name]));
    return { chosen, filled, pinned, left, ...(problem === undefined ? {} : { problem }) };
  }
}

/** Without the lift of a pin. */
function lowered({ index, score, boost }: Found, { pins }: Asked): Found {
  const lift = LIFT * pins.filter((pin) => pin.index === index).length;
  return { index, score: score - lift, boost: boost - lift };
}

interface Placed {
  name: string;
  place: number;
  one: Candidate;
}

/**
 * What stands at each pin's place: the item named, or the best one that its condition holds for, each item once. Items named first: another pin's
 * condition, which other items meet as well, takes none of them away.
 */
async function resolvePins(
  view: ModelView,
  asked: Asked,
  { source, draft, found }: { source: Source; draft: BiasDraft; found: readonly Found[] },
): Promise<Placed[]> {
  const placed: Placed[] = [];
  const isFree = ({ index }: Found) => placed.every(({ one }) => one.index !== index);
  const pins = asked.pins.filter(({ place }) => place < asked.limit);
  for (const { name, place, index } of pins) {
    const one = index === null ? undefined : found.find((each) => each.index === index && isFree(each));
    if (one !== undefined) placed.push({ name, place, one });
  }
  for (const { name, place, bound } of pins) {
    if (bound === null) continue;
    const bestOf = (some: readonly Found[]) =>
      some.filter((one) => isFree(one) && view.space.holdsAt(bound, one.index)).reduce(better, undefined);
    let one = bestOf(found);
    if (one === undefined) {
      // Not among the best: the model is asked for the best of those alone, all other things equal.
      addWhere(view, draft, bound, LIFT);
      const { found: lifted } = await source.best(draft, Math.min(draft.qualifying, asked.pins.length + 1));
      addWhere(view, draft, bound, -LIFT);
      one = bestOf(lifted.map((each) => lowered({ ...each, score: each.score - LIFT }, asked)));
    }
    if (one !== undefined) placed.push({ name, place, one });
  }
  return placed;
}

/** The first of equal ones. */
function better(best: Found | undefined, one: Found): Found {
  return best === undefined || one.score > best.score ? one : best;
}
