import { createPrng, type Prng } from "../base/index.ts";
import { EXPLORED_PLACES, EXPLORED_SLOTS_MAX } from "./limits.ts";

/** An item of which little is known, with its chance of being the best of the pool. */
export interface PoolItem {
  itemId: string;
  /** Relative to the others'. */
  chance: number;
  fields: Record<string, unknown>;
}

export interface ExploredSlot {
  /** 0 the first. */
  place: number;
  itemId: string;
  /** That a list asked for in the same way has this item, and any item of the pool, at this place. */
  propensity: number;
}

/** How a list was explored: enough to tell every place's propensity later. */
export interface Exploration {
  /** As a recommendation id keeps it: a multiple of a thousandth. */
  share: number;
  slots: readonly ExploredSlot[];
  /** The last slot took the last item of the pool: no place behind it could be explored. */
  exhausted: boolean;
}

/** What a list has room for beside the items that it has on trial. */
export interface Room {
  /** How long the list is with them. */
  places: number;
  /** Whether one more can be on trial; one that cannot is out of the pool from then on. */
  joins: (item: PoolItem) => boolean;
}

interface Draw {
  share: number;
  seed: number;
  /** By the items drawn already. */
  roomBeside: (drawn: readonly PoolItem[]) => Room;
}

/**
 * Gives places of a list to items of the pool. Each of the first 16 places is explored with probability `share`, until six are; an explored place
 * draws from what is left of the pool by chance. The chances are those of being the best under the posterior of each item's click-through,
 * so this is Thompson sampling (Thompson, Biometrika 1933; Chapelle and Li, NIPS 2011) with its probabilities worked out beforehand: they are known,
 * and go into the recommendation id. Same seed and pool, same places. A place that a short list has only for what it tries can be explored like any other:
 * so its length is all that its propensities hang on besides, and nobody is given a shorter list for their sake.
 */
export function explore(
  pool: readonly PoolItem[],
  { share: asked, seed, roomBeside }: Draw,
): { exploration: Exploration; items: ReadonlyMap<number, PoolItem> } {
  const share = Math.round(asked * SHARE_STEPS) / SHARE_STEPS;
  const prng = createPrng(`explore/${seed}`);
  let left = pool.filter(({ chance }) => chance > 0);
  const slots: ExploredSlot[] = [];
  const items = new Map<number, PoolItem>();
  let room = roomBeside([]);
  for (let place = 0; place < Math.min(room.places, EXPLORED_PLACES); place++) {
    if (slots.length === EXPLORED_SLOTS_MAX || left.length === 0) break;
    if (prng.next() >= share) continue;
    // What is left hangs on the items drawn alone, never on the place: `exhausted` tells all of it.
    left = left.filter(room.joins);
    if (left.length === 0) break;
    const { at, probability } = draw(left, prng);
    const [item] = left.splice(at, 1) as [PoolItem];
    slots.push({ place, itemId: item.itemId, propensity: share * probability });
    items.set(place, item);
    room = roomBeside([...items.values()]);
  }
  return { exploration: { share, slots, exhausted: !left.some(room.joins) }, items };
}

function draw(pool: readonly PoolItem[], prng: Prng): { at: number; probability: number } {
  const total = pool.reduce((sum, { chance }) => sum + chance, 0);
  let rest = prng.next() * total;
  const found = pool.findIndex(({ chance }) => {
    rest -= chance;
    return rest < 0;
  });
  const at = found < 0 ? pool.length - 1 : found;
  return { at, probability: (pool[at] as PoolItem).chance / total };
}

/**
 * The propensity of what stands at each of the first `count` places, by what the recommendation id says of the exploration: of an explored item, that of
 * its draw; of any other, that its place was not explored.
 */
export function propensities({ share, slots, exhausted }: ExplorationRecord, count: number): number[] {
  const byPlace = new Map(slots.map(({ place, propensity }) => [place, propensity]));
  const slotsMax = exhausted ? slots.length : EXPLORED_SLOTS_MAX;
  let explored = 0;
  return Array.from({ length: count }, (_, place) => {
    const propensity = byPlace.get(place);
    const open = place < EXPLORED_PLACES && explored < slotsMax;
    if (propensity === undefined) return open ? 1 - share : 1;
    explored++;
    return propensity;
  });
}

/** What a recommendation id keeps of an exploration. */
export interface ExplorationRecord extends Omit<Exploration, "slots"> {
  slots: readonly Pick<ExploredSlot, "place" | "propensity">[];
}

const RADIX = 36;
const SHARE_STEPS = 1_000;
/** Steps of a halving: a propensity is kept to within 1.1 %. */
const STEPS_PER_HALVING = 32;
const STEP_CHARS = 2;
const MASK_CHARS = 4;
const SHARE_CHARS = 2;

/** In the mask, above the places' own bits. */
const EXHAUSTED_BIT = 1 << EXPLORED_PLACES;

/** `<share><mask of places><propensities>` in base 36, without separators: 6 characters and 2 for each place explored. */
export function writeExploration({ share, slots, exhausted }: ExplorationRecord): string {
  const mask = slots.reduce((bits, { place }) => bits | (1 << place), exhausted ? EXHAUSTED_BIT : 0);
  const steps = slots.map(({ propensity }) =>
    digits(Math.round(-Math.log2(propensity) * STEPS_PER_HALVING), STEP_CHARS),
  );
  return digits(Math.round(share * SHARE_STEPS), SHARE_CHARS) + digits(mask, MASK_CHARS) + steps.join("");
}

/** Inverse of `writeExploration`; null for a text that is none. */
export function readExploration(text: string): ExplorationRecord | null {
  const head = SHARE_CHARS + MASK_CHARS;
  if (!/^[0-9a-z]+$/.test(text) || text.length < head || (text.length - head) % STEP_CHARS !== 0) return null;
  const share = Number.parseInt(text.slice(0, SHARE_CHARS), RADIX) / SHARE_STEPS;
  const mask = Number.parseInt(text.slice(SHARE_CHARS, head), RADIX);
  const places = Array.from({ length: EXPLORED_PLACES }, (_, place) => place).filter(
    (place) => mask & (1 << place),
  );
  if (places.length !== (text.length - head) / STEP_CHARS) return null;
  const slots = places.map((place, at) => {
    const start = head + at * STEP_CHARS;
    const step = Number.parseInt(text.slice(start, start + STEP_CHARS), RADIX);
    return { place, propensity: 2 ** (-step / STEPS_PER_HALVING) };
  });
  return { share, slots, exhausted: (mask & EXHAUSTED_BIT) !== 0 };
}

function digits(value: number, chars: number): string {
  const highest = RADIX ** chars - 1;
  return Math.min(value, highest).toString(RADIX).padStart(chars, "0");
}
