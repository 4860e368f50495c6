import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/base/index.ts";
import { makeUuidV7, type StoredEvent, type StoredItem } from "../../src/events/index.ts";
import { createSigner, mintRecommendationId } from "../../src/serving/index.ts";
import { NOW_MS } from "../retraining/shop-events.ts";

const VISITORS = 30;
export const ITEMS = Array.from({ length: 12 }, (_, at) => `item-${at}`);
const signer = createSigner("secret");
let made = 0;

/** An event as it comes in when it happens, `agoMs` before now. */
export function told(type: string, agoMs: number, change: Partial<StoredEvent> = {}): StoredEvent {
  const atMs = NOW_MS - agoMs;
  const random = Uint8Array.from({ length: 10 }, (_, at) => (++made * (at + 7)) & 255);
  return {
    ...{ event_id: makeUuidV7(atMs, random), tenant: "shop", type, consent: "granted", is_bot: false },
    ...{ occurred_at: atMs, sent_at: atMs, received_at: atMs },
    ...change,
  };
}

/** The id of a list that this shop, or another, answered. */
export function listId(seed: number, tenant = "shop"): Promise<string> {
  const origin = { tenant, scenario: "home", variant: "control", modelVersion: "m1", source: "model", seed };
  return mintRecommendationId({ ...origin, mintedAtMs: NOW_MS }, signer);
}

/** Who was there on a day, by number. */
export function visitor(who: number, day: number): Partial<StoredEvent> {
  return { user_id: `u${who}`, anonymous_id: `d${who}`, session_id: `s${who}-${day}` };
}

/** A week of a shop in which nothing is wrong: each visitor sees a list, clicks, looks and now and then buys, every day. */
export async function healthyWeek(): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (let day = 0; day < 7; day++) {
    for (let who = 0; who < VISITORS; who++) {
      const agoMs = day * DAY_MS + HOUR_MS + who * MINUTE_MS;
      const item_id = ITEMS[(who + day) % ITEMS.length] as string;
      const own = { ...visitor(who, day), item_id };
      const recommendation_id = await listId(day * VISITORS + who);
      events.push(
        told("impression", agoMs, { ...own, recommendation_id, items: [{ item_id, position: 0 }] }),
        told("click", agoMs - 20_000, { ...own, recommendation_id }),
        told("view", agoMs - 21_000, own),
        told("view", agoMs - 50_000, own),
      );
      if (who % 5 === 0)
        events.push(told("purchase", agoMs - 55_000, { ...own, value: 20, currency: "EUR" }));
    }
  }
  return events;
}

export function catalogue(): StoredItem[] {
  const atMs = NOW_MS - 30 * DAY_MS;
  return ITEMS.map((item_id) => ({ item_id, title: item_id, published_at: atMs, updated_at: atMs }));
}
