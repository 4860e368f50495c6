import { createPrng, DAY_MS } from "../../src/base/index.ts";
import { makeUuidV7, type StoredEvent, type StoredItem } from "../../src/events/index.ts";

export const NOW_MS = 1_790_000_000_000;

export interface ShopOptions {
  tenant: string;
  users: number;
  items: number;
  eventsPerUser: number;
  /** `chains`: the next item follows from the last one. `noise`: every item is drawn alike. */
  kind: "chains" | "noise";
  seed: number;
}

/** Events of a small shop over thirty days, and its catalogue. In `chains` item i mostly leads to item i + 1. */
export function shopEvents(options: ShopOptions): { events: StoredEvent[]; items: StoredItem[] } {
  const prng = createPrng(options.seed);
  const events: StoredEvent[] = [];
  for (let user = 0; user < options.users; user++) {
    let item = prng.int(options.items);
    let timeMs = NOW_MS - prng.next() * 30 * DAY_MS;
    for (let i = 0; i < options.eventsPerUser; i++) {
      const jump = options.kind === "noise" || prng.next() < 0.1;
      item = jump ? prng.int(options.items) : (item + 1) % options.items;
      timeMs = Math.min(timeMs + prng.next() * 60_000, NOW_MS);
      const random = Uint8Array.from({ length: 10 }, () => prng.int(256));
      events.push({
        event_id: makeUuidV7(NOW_MS, random),
        tenant: options.tenant,
        type: prng.next() < 0.2 ? "purchase" : "view",
        user_id: `user-${user}`,
        session_id: `session-${user}`,
        item_id: itemId(item),
        occurred_at: Math.floor(timeMs),
        sent_at: NOW_MS,
        received_at: NOW_MS,
        consent: "granted",
        is_bot: false,
      });
    }
  }
  const items = Array.from({ length: options.items }, (_, index) => ({
    item_id: itemId(index),
    title: `Item ${index}`,
    categories: [`group-${index % 5}`],
    published_at: NOW_MS - 40 * DAY_MS,
    updated_at: NOW_MS,
  }));
  return { events, items };
}

export function itemId(index: number): string {
  return `item-${String(index).padStart(4, "0")}`;
}
