import type { Prng } from "../../src/base/index.ts";
import { makeUuidV7, type StoredEvent } from "../../src/events/index.ts";

/** An event of which every optional column is present now and then, received within the 100 minutes before `nowMs`. */
export function randomEvent(prng: Prng, tenant: string, nowMs: number): StoredEvent {
  const receivedAtMs = nowMs - prng.int(6_000_000);
  const sometimes = <T extends object>(fields: T) => (prng.next() < 0.5 ? fields : {});
  return {
    event_id: makeUuidV7(receivedAtMs - prng.int(10_000), randomBytes(prng, 10)),
    type: prng.pick(["view", "click", "purchase", "impression", "my_type"]),
    tenant,
    session_id: `s${prng.int(50)}`,
    item_id: `item-${prng.int(200)}`,
    occurred_at: receivedAtMs - prng.int(10_000),
    sent_at: receivedAtMs,
    received_at: receivedAtMs,
    consent: "granted",
    is_bot: prng.next() < 0.1,
    ...sometimes({ user_id: `user-${prng.int(20)}` }),
    ...sometimes({ anonymous_id: `device-${prng.int(20)} é𝄞` }),
    ...sometimes({ items: [{ item_id: "a", position: 0 }, { item_id: "b" }] }),
    ...sometimes({ value: prng.normal(), quantity: 2, currency: "EUR" }),
    ...sometimes({ duration_ms: prng.int(86_400_000), scenario: "home", recommendation_id: "r.1" }),
    ...sometimes({ context: { path: "/ä", n: 1.5, ok: true } }),
    ...sometimes({ country: "DE", device: "mobile" as const }),
  };
}

export function randomBytes(prng: Prng, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => prng.int(256));
}
