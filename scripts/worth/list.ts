import type { Prng } from "../../src/base/index.ts";
import { type Mind, oddsNow } from "./choice.ts";
import type { Visit } from "./season.ts";
import type { World } from "./world.ts";

export const LIST_ITEMS = 10;

/** Share of the lists in which one place is given to any product on sale, under every policy alike. */
const EXPLORE_ODDS = 0.2;

/**
 * The list of a page. The same rules hold for every policy: what the device remembers and what was bought is not shown again, what is
 * not on sale never. Nor, unless the season's pages repeat themselves, what she passed over in this visit: a page knows from the
 * beacon's impressions and can exclude it. Without that rule, whoever shows everybody the same list would lose for that reason alone.
 */
export async function listFor(
  world: World,
  { visit, ageMs, mind, prng }: { visit: Visit; ageMs: number; mind: Mind; prng: Prng },
): Promise<number[]> {
  const { season, policy } = world;
  const { recent, bought } = world.visitor(visit.shopper);
  const allowed = Uint8Array.from(season.products, (_, index) => (world.isOnSale(index, ageMs) ? 1 : 0));
  const gone = season.repeats ? [...recent, ...bought] : [...recent, ...bought, ...mind.passed];
  for (const index of gone) allowed[index] = 0;
  const list = await policy.rank({
    recent,
    allowed,
    timeMs: season.timeMs(ageMs),
    limit: LIST_ITEMS,
    prng: prng.fork("lots"),
    ...(policy.knowsTastes ? { odds: mind.odds.map((_, index) => oddsNow(mind, index)) } : {}),
  });
  return explore(list, allowed, prng.fork("explore"));
}

function explore(list: number[], allowed: Uint8Array, prng: Prng): number[] {
  if (list.length === 0 || prng.next() >= EXPLORE_ODDS) return list;
  const place = prng.int(list.length);
  const index = prng.int(allowed.length);
  // Drawn once, so that the draw is the same for all: where it may not be shown, the list stays as it is.
  return allowed[index] === 0 || list.includes(index) ? list : list.with(place, index);
}
