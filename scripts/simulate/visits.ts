import { DAY_MS, HOUR_MS, MINUTE_MS, type Prng, SECOND_MS } from "../../src/base/index.ts";
import type { Event } from "../../src/events/index.ts";
import type { Catalogue, Product } from "./catalogue.ts";
import { geometric, spread } from "./chance.ts";
import { choose, type Moment, moveOn } from "./moves.ts";
import { cartOdds, likeOdds, pickSubcategory, type Tastes } from "./shoppers.ts";

/** The time told: events lie between so long ago and now. */
export const TOLD_MS = 30 * DAY_MS;

/** An event before it has ids: `ageMs` is how long before now it happened. */
export interface Draft {
  ageMs: number;
  fields: Omit<Event, "event_id" | "occurred_at" | "sent_at">;
}

export interface Visitor {
  tastes: Tastes;
  /** The id that the visitor's device keeps. */
  deviceId: string;
  userId?: string;
  /** The visit in which they sign in; before it, events carry the device's id only. */
  signsInAtVisit: number;
  consent: "granted" | "denied";
}

const VISITS_MEAN = 3.2;
const LIST_ITEMS = 8;
/** Odds that what lies in the cart at the end of a visit is bought. */
export const BUY_ODDS = 0.5;

/** All visits of one visitor, in time order. */
export function simulateVisitor(prng: Prng, catalogue: Catalogue, visitor: Visitor): Draft[] {
  const starts = visitStarts(prng);
  const seen: Product[] = [];
  return starts.flatMap((startAgeMs, index) => {
    const visit = new Visit(prng, visitor, { index, startAgeMs });
    browse(visit, catalogue, seen);
    return visit.drafts;
  });
}

/** How long before now each visit of one visitor begins, in milliseconds, the earliest first. More of them of late. */
export function visitStarts(prng: Prng): number[] {
  return Array.from({ length: geometric(prng, VISITS_MEAN) }, () =>
    Math.round(HOUR_MS + (TOLD_MS - HOUR_MS) * prng.next() ** 1.25),
  ).sort((a, b) => b - a);
}

/** How many items are looked at in a visit. */
export function looksOf(prng: Prng): number {
  return geometric(prng, 5.2);
}

/** How long a look lasts, in milliseconds. */
export function pauseMs(prng: Prng): number {
  return spread(prng, 25 * SECOND_MS, 5 * MINUTE_MS);
}

/** One visit: its clock, its cart and what it has told so far. */
class Visit implements Moment {
  readonly prng: Prng;
  readonly visitor: Visitor;
  readonly drafts: Draft[] = [];
  readonly cart: Product[] = [];
  ageMs: number;
  readonly #sessionId: string;
  readonly #signedIn: boolean;

  constructor(prng: Prng, visitor: Visitor, { index, startAgeMs }: { index: number; startAgeMs: number }) {
    this.prng = prng;
    this.visitor = visitor;
    this.ageMs = startAgeMs;
    this.#sessionId = `s-${visitor.deviceId}-${index}`;
    this.#signedIn = visitor.userId !== undefined && index >= visitor.signsInAtVisit;
    if (this.#signedIn && index > 0 && index === visitor.signsInAtVisit) this.tell("identify", {});
  }

  get tastes(): Tastes {
    return this.visitor.tastes;
  }

  get when(): number {
    return 1 - this.ageMs / TOLD_MS;
  }

  tell(type: string, fields: Partial<Draft["fields"]>): void {
    const { visitor } = this;
    const who =
      visitor.consent === "denied"
        ? {}
        : {
            ...(this.#signedIn && visitor.userId !== undefined ? { user_id: visitor.userId } : {}),
            anonymous_id: visitor.deviceId,
            session_id: this.#sessionId,
          };
    this.drafts.push({ ageMs: this.ageMs, fields: { type, ...who, ...fields, consent: visitor.consent } });
    // A visit never runs past now: what is left of the time bounds every pause.
    this.ageMs = Math.max(SECOND_MS, this.ageMs - pauseMs(this.prng));
  }
}

function browse(visit: Visit, catalogue: Catalogue, seen: Product[]): void {
  const { prng } = visit;
  let current = enter(visit, catalogue);
  for (let looks = looksOf(prng); looks > 0 && current !== null; looks--) {
    look(visit, catalogue, current);
    seen.push(current);
    current = moveOn(visit, catalogue, { from: current, seen });
  }
  checkOut(visit);
}

/** Comes in by the home page or by a search. */
function enter(visit: Visit, catalogue: Catalogue): Product | null {
  const { prng, tastes } = visit;
  const subcategory = pickSubcategory(prng, catalogue, tastes, visit.when);
  if (prng.next() < 0.15) visit.tell("search", { context: { query: subcategory.toLowerCase() } });
  return choose(visit, catalogue.bySubcategory.get(subcategory) ?? [], () => 0);
}

function look(visit: Visit, catalogue: Catalogue, product: Product): void {
  const { prng, tastes } = visit;
  const item_id = product.item.item_id;
  if (prng.next() < 0.22) {
    const scenario = visit.drafts.length === 0 ? "home" : "similar";
    visit.tell("impression", { scenario, items: shownList(visit, catalogue, product) });
    visit.tell("click", { item_id, scenario });
  } else {
    visit.tell("view", { item_id, duration_ms: spread(prng, 20 * SECOND_MS, 10 * MINUTE_MS) });
  }
  if (prng.next() < likeOdds(tastes, product)) visit.tell("like", { item_id });
  if (prng.next() < cartOdds(tastes, product) && product.item.stock !== 0) {
    visit.tell("add_to_cart", { item_id, quantity: 1 });
    visit.cart.push(product);
  }
}

/** The list that was clicked on: the clicked item near its top, the others from anywhere, the appealing ones rather. */
function shownList(
  visit: Visit,
  { products }: Catalogue,
  clicked: Product,
): { item_id: string; position: number }[] {
  const { prng } = visit;
  const at = Math.min(LIST_ITEMS - 1, geometric(prng, 2.5) - 1);
  const shown: Product[] = [];
  while (shown.length < LIST_ITEMS) {
    const product = shown.length === at ? clicked : prng.pick(products);
    const fits = product === clicked || prng.next() < Math.exp(Math.min(0, product.appeal));
    if (product.publishedAgeMs > visit.ageMs && fits && !shown.includes(product)) {
      if (product !== clicked || shown.length === at) shown.push(product);
    }
  }
  return shown.map(({ item }, position) => ({ item_id: item.item_id, position }));
}

function checkOut(visit: Visit): void {
  if (visit.prng.next() > BUY_ODDS) return;
  for (const { item } of visit.cart) {
    const { item_id, price, currency } = item;
    visit.tell("purchase", {
      item_id,
      quantity: 1,
      ...(price === undefined ? {} : { value: price }),
      ...(currency === undefined ? {} : { currency }),
    });
  }
}
