import { DAY_MS, HOUR_MS, MINUTE_MS, type Prng, SECOND_MS } from "../../src/base/index.ts";
import type { Event } from "../../src/events/index.ts";
import type { Catalogue, Product } from "./catalogue.ts";
import { geometric, spread, weightedIndex } from "./chance.ts";
import { fashion, liking, pickSubcategory, type Tastes } from "./shoppers.ts";

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
const LOOKS_MEAN = 5.2;
const LIST_ITEMS = 8;

/** Where a look leads: odds of the next one. */
const MOVES = { accessory: 0.42, alike: 0.3, elsewhere: 0.16, again: 0.12 } as const;
type Move = keyof typeof MOVES;

/** All visits of one visitor, in time order. */
export function simulateVisitor(prng: Prng, catalogue: Catalogue, visitor: Visitor): Draft[] {
  const starts = Array.from({ length: geometric(prng, VISITS_MEAN) }, () =>
    Math.round(HOUR_MS + (TOLD_MS - HOUR_MS) * prng.next() ** 1.25),
  ).sort((a, b) => b - a);
  const seen: Product[] = [];
  return starts.flatMap((startAgeMs, index) => {
    const visit = new Visit(prng, visitor, { index, startAgeMs });
    browse(visit, catalogue, seen);
    return visit.drafts;
  });
}

/** One visit: its clock, its cart and what it has told so far. */
class Visit {
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

  /** 0 at the beginning of the time told, 1 now. */
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
    this.ageMs = Math.max(SECOND_MS, this.ageMs - spread(this.prng, 25 * SECOND_MS, 5 * MINUTE_MS));
  }
}

function browse(visit: Visit, catalogue: Catalogue, seen: Product[]): void {
  const { prng } = visit;
  let current = enter(visit, catalogue);
  for (let looks = geometric(prng, LOOKS_MEAN); looks > 0 && current !== null; looks--) {
    look(visit, catalogue, current);
    seen.push(current);
    current = moveOn(visit, catalogue, { from: current, seen });
  }
  checkOut(visit);
}

/** Comes in by the home page or by a search. */
function enter(visit: Visit, catalogue: Catalogue): Product | null {
  const { prng, visitor } = visit;
  const subcategory = pickSubcategory(prng, catalogue, visitor.tastes, visit.when);
  if (prng.next() < 0.15) visit.tell("search", { context: { query: subcategory.toLowerCase() } });
  return choose(visit, catalogue.bySubcategory.get(subcategory) ?? [], () => 0);
}

function look(visit: Visit, catalogue: Catalogue, product: Product): void {
  const { prng, visitor } = visit;
  const item_id = product.item.item_id;
  if (prng.next() < 0.22) {
    const scenario = visit.drafts.length === 0 ? "home" : "similar";
    visit.tell("impression", { scenario, items: shownList(visit, catalogue, product) });
    visit.tell("click", { item_id, scenario });
  } else {
    visit.tell("view", { item_id, duration_ms: spread(prng, 20 * SECOND_MS, 10 * MINUTE_MS) });
  }
  const pleased = 1 / (1 + Math.exp(2 - liking(visitor.tastes, product)));
  if (prng.next() < 0.08 * pleased) visit.tell("like", { item_id });
  if (prng.next() < 0.3 * pleased && product.item.stock !== 0) {
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

function moveOn(
  visit: Visit,
  catalogue: Catalogue,
  { from, seen }: { from: Product; seen: Product[] },
): Product | null {
  const { prng, visitor } = visit;
  const names = Object.keys(MOVES) as Move[];
  const move = names[weightedIndex(prng, Object.values(MOVES))] as Move;
  const shelf = (name: string) => catalogue.bySubcategory.get(name) ?? [];
  const near = (other: Product) =>
    other === from
      ? Number.NEGATIVE_INFINITY
      : (other.line === from.line ? 3.2 : 0) + (other.style === from.style ? 0.6 : 0);
  switch (move) {
    case "accessory": {
      const { accessories } = from.subcategory;
      // The first is the usual one: a tent wants a sleeping bag before it wants a lantern.
      const next =
        accessories[
          weightedIndex(
            prng,
            accessories.map((_, index) => 3 - index),
          )
        ];
      return choose(visit, shelf(next ?? from.subcategory.name), near);
    }
    case "alike":
      return choose(visit, shelf(from.subcategory.name), (other) =>
        other === from
          ? Number.NEGATIVE_INFINITY
          : near(other) / 2 - (other.priceLevel - from.priceLevel) ** 2,
      );
    case "elsewhere":
      return choose(visit, shelf(pickSubcategory(prng, catalogue, visitor.tastes, visit.when)), () => 0);
    case "again": {
      const last = seen.at(-1 - geometric(prng, 4));
      return last === undefined || last === from ? choose(visit, shelf(from.subcategory.name), near) : last;
    }
  }
}

/** One of the products on sale by then, by liking, fashion and `bonus`. Null for none. */
function choose(
  visit: Visit,
  products: readonly Product[],
  bonus: (product: Product) => number,
): Product | null {
  const onSale = products.filter(({ publishedAgeMs }) => publishedAgeMs > visit.ageMs);
  if (onSale.length === 0) return null;
  const scores = onSale.map(
    (product) => liking(visit.visitor.tastes, product) + fashion(product, visit.ageMs) + bonus(product),
  );
  const best = Math.max(...scores);
  // All candidates may be ruled out: a shelf of one, seen already.
  if (best === Number.NEGATIVE_INFINITY) return null;
  return (
    onSale[
      weightedIndex(
        visit.prng,
        scores.map((score) => Math.exp(score - best)),
      )
    ] ?? null
  );
}

function checkOut(visit: Visit): void {
  if (visit.prng.next() > 0.5) return;
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
