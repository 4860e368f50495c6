import { createPrng, type Prng } from "../../src/base/index.ts";
import { type Event, type Item, makeUuidV7, type User } from "../../src/events/index.ts";
import { type Catalogue, makeCatalogue } from "./catalogue.ts";
import { simulateCrawler } from "./crawler.ts";
import { clickOdds, makeShopper, type Shopper } from "./shoppers.ts";
import { type Draft, simulateVisitor, type Visitor } from "./visits.ts";

export interface Shop {
  items: Item[];
  users: User[];
  /** In time order, up to `nowMs`; `sent_at` is `nowMs`, for the sender to overwrite. */
  events: Event[];
  shoppers: Shopper[];
  /** Odds, 0 … 1, that the shopper clicks on the item when shown it now; 0 for unknown ids. */
  worth(userId: string, itemId: string): number;
}

export type Scale = "demo" | "tiny";

interface Size {
  items: number;
  categoriesMax: number;
  shoppers: number;
  /** Visitors who never sign in. */
  strangers: number;
  crawlers: number;
}

export const SIZES: Record<Scale, Size> = {
  demo: { items: 2_000, categoriesMax: 12, shoppers: 1_500, strangers: 160, crawlers: 3 },
  tiny: { items: 200, categoriesMax: 4, shoppers: 150, strangers: 16, crawlers: 1 },
};

/**
 * The demo shop from a seed. `nowMs` only moves it in time: with the same seed every choice is the same, so that two
 * starts on different days train the same model.
 */
export function simulateShop(options: { seed: number; nowMs: number; scale?: Scale }): Shop {
  const { seed, nowMs } = options;
  const size = SIZES[options.scale ?? "demo"];
  const prng = createPrng(`shop/${seed}`);
  const catalogue = makeCatalogue(prng.fork("catalogue"), nowMs, size);
  const shoppers = Array.from({ length: size.shoppers }, (_, index) =>
    makeShopper(prng.fork(`shopper/${index}`), catalogue, index),
  );
  const drafts = [
    ...shoppers.flatMap((shopper, index) => shopperDrafts(prng.fork(`visits/${index}`), catalogue, shopper)),
    ...range(size.strangers).flatMap((index) =>
      strangerDrafts(prng.fork(`stranger/${index}`), catalogue, index),
    ),
    ...range(size.crawlers).flatMap((index) =>
      simulateCrawler(prng.fork(`crawler/${index}`), catalogue, `crawler-${index}`),
    ),
  ];
  const tastes = new Map(shoppers.map((shopper) => [shopper.userId, shopper.tastes]));
  return {
    items: catalogue.products.map(({ item }) => item),
    users: shoppers.map((shopper, index) => makeUser(prng.fork(`user/${index}`), shopper)),
    events: makeEvents(prng.fork("ids"), nowMs, drafts),
    shoppers,
    worth(userId, itemId) {
      const liked = tastes.get(userId);
      const product = catalogue.byId.get(itemId);
      return liked === undefined || product === undefined ? 0 : clickOdds(liked, product);
    },
  };
}

function shopperDrafts(prng: Prng, catalogue: Catalogue, { tastes, userId }: Shopper): Draft[] {
  // Every fifth has looked around before signing in: `identify` must fold the device's history in.
  const signsInAtVisit = prng.next() < 0.2 ? 1 + prng.int(2) : 0;
  const visitor: Visitor = { tastes, userId, deviceId: `d-${userId}`, signsInAtVisit, consent: "granted" };
  return simulateVisitor(prng, catalogue, visitor);
}

function strangerDrafts(prng: Prng, catalogue: Catalogue, index: number): Draft[] {
  const { tastes } = makeShopper(prng, catalogue, index);
  const consent = prng.next() < 0.2 ? "denied" : "granted";
  const visitor: Visitor = { tastes, deviceId: `d-x${index}`, signsInAtVisit: 0, consent };
  return simulateVisitor(prng, catalogue, visitor);
}

function makeUser(prng: Prng, { userId }: Shopper): User {
  const attributes = { member: prng.next() < 0.3, country: prng.pick(["DE", "FR", "NL", "ES", "IT"]) };
  return { user_id: userId, attributes };
}

/** Puts drafts in time order and gives them ids made now: the ledger that deduplicates looks at the id's own time. */
function makeEvents(prng: Prng, nowMs: number, drafts: Draft[]): Event[] {
  const random = new Uint8Array(10);
  return drafts
    .sort((a, b) => b.ageMs - a.ageMs)
    .map(({ ageMs, fields }) => {
      for (let i = 0; i < random.length; i++) random[i] = prng.int(256);
      return { event_id: makeUuidV7(nowMs, random), ...fields, occurred_at: nowMs - ageMs, sent_at: nowMs };
    });
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
