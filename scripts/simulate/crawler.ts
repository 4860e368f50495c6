import { type Prng, SECOND_MS } from "../../src/base/index.ts";
import type { Catalogue } from "./catalogue.ts";
import { type Draft, TOLD_MS } from "./visits.ts";

/** What a crawler's events carry as `context.user_agent`; the sender may use it as the request's own. */
export const CRAWLER_AGENT = "ShelfCrawler/2.1 (bot; +https://crawler.example)";

/** A crawler looks at a stretch of the catalogue in order, two seconds each: noise that no model should learn. */
export function simulateCrawler(prng: Prng, { products }: Catalogue, name: string): Draft[] {
  const looks = Math.min(products.length, 80);
  const first = prng.int(products.length - looks + 1);
  const startAgeMs = Math.round(TOLD_MS * (0.1 + 0.8 * prng.next()));
  return products.slice(first, first + looks).map(({ item }, index) => ({
    ageMs: startAgeMs - index * 2 * SECOND_MS,
    fields: {
      type: "view",
      anonymous_id: name,
      session_id: `s-${name}`,
      item_id: item.item_id,
      context: { user_agent: CRAWLER_AGENT },
      consent: "granted",
    },
  }));
}
