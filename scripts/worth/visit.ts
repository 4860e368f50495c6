import { type Prng, SECOND_MS } from "../../src/base/index.ts";
import {
  BUY_ODDS,
  cartOdds,
  choose,
  likeOdds,
  moveOn,
  type Product,
  pauseMs,
  pickSubcategory,
  type Shopper,
  type Tastes,
} from "../simulate/index.ts";
import { browseList, type Mind } from "./choice.ts";
import { listFor } from "./list.ts";
import { type Visit, whenOf } from "./season.ts";
import type { World } from "./world.ts";

/**
 * One visit in one world. It begins at the home page, which shows a list; every item page shows another. A shopper who clicks in the
 * list goes there, else she goes on as in the demo shop without any list: by a shelf she likes at first, then to an accessory, a
 * like product, elsewhere, or back. How many items she looks at is fixed beforehand: good lists replace looks, they do
 * not prolong the visit. What she likes, puts into the cart and buys follows from what she looked at, as in the demo shop.
 */
export async function makeVisit(world: World, visit: Visit, odds: Float64Array): Promise<void> {
  const { season, tally } = world;
  const visitor = world.visitor(visit.shopper);
  const mind: Mind = {
    odds,
    chance: (index) => visit.prng.fork(`tempted/${index}`).next(),
    looked: new Set(),
    passed: new Set(),
    known: new Set(visitor.looks.map((product) => season.indexOf(product))),
    bought: visitor.bought,
  };
  const cart: number[] = [];
  let ageMs = visit.startAgeMs;
  let current: Product | null = null;
  tally.visits.add(visit);
  for (let step = 0; step < visit.looks; step++) {
    const prng = visit.prng.fork(`step/${step}`);
    const list = await listFor(world, { visit, ageMs, mind, prng: prng.fork("list") });
    const clicked = browseList(list, mind, prng.fork("browse"));
    if (clicked !== null) tally.clicks.add(visit);
    const next = clicked === null ? goOn(world, visit, { from: current, ageMs, prng }) : clicked;
    if (next === null) break;
    current = season.products[next] as Product;
    mind.looked.add(next);
    visitor.looks.push(current);
    world.tell(clicked === null ? "view" : "click", { shopper: visit.shopper, index: next, ageMs });
    react(world, visit, { index: next, ageMs, prng: prng.fork("react"), cart });
    ageMs = Math.max(SECOND_MS, ageMs - pauseMs(prng.fork("pause")));
  }
  checkOut(world, visit, { cart, ageMs });
}

/** Where she goes without the list: product index, null when there is nothing. */
function goOn(
  world: World,
  visit: Visit,
  { from, ageMs, prng }: { from: Product | null; ageMs: number; prng: Prng },
): number | null {
  const { catalogue } = world.season;
  const tastes = tastesOf(world, visit);
  const moment = { prng: prng.fork("move"), tastes, ageMs, when: whenOf(ageMs) };
  if (from !== null) {
    const next = moveOn(moment, catalogue, { from, seen: world.visitor(visit.shopper).looks });
    return next === null ? null : world.season.indexOf(next);
  }
  const shelf = pickSubcategory(moment.prng, catalogue, tastes, moment.when);
  const first = choose(moment, catalogue.bySubcategory.get(shelf) ?? [], () => 0);
  return first === null ? null : world.season.indexOf(first);
}

/** Likes it, puts it into the cart, or neither. */
function react(
  world: World,
  visit: Visit,
  { index, ageMs, prng, cart }: { index: number; ageMs: number; prng: Prng; cart: number[] },
): void {
  const tastes = tastesOf(world, visit);
  const product = world.season.products[index] as Product;
  const at = { shopper: visit.shopper, index, ageMs };
  const [likeLot, cartLot] = [prng.next(), prng.next()];
  if (likeLot < likeOdds(tastes, product)) world.tell("like", at);
  if (cartLot < cartOdds(tastes, product) && world.isOnSale(index, ageMs)) {
    world.tell("add_to_cart", at);
    cart.push(index);
  }
}

function checkOut(world: World, visit: Visit, { cart, ageMs }: { cart: number[]; ageMs: number }): void {
  if (visit.prng.fork("buy").next() > BUY_ODDS) return;
  for (const index of cart) {
    if (!world.isOnSale(index, ageMs)) continue;
    world.tell("purchase", { shopper: visit.shopper, index, ageMs });
    world.sell(index);
    world.visitor(visit.shopper).bought.add(index);
    world.tally.purchases.add(visit);
  }
}

function tastesOf({ season }: World, { shopper }: Visit): Tastes {
  return (season.shoppers[shopper] as Shopper).tastes;
}
