import { DAY_MS, MINUTE_MS, type Prng } from "../../src/base/index.ts";
import { makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import type { IdentityLink, ItemChange } from "../../src/lake/index.ts";
import { randomBytes } from "../lake/events.ts";

export const NOW_MS = Date.UTC(2026, 10, 21, 12);

export function eventAt(prng: Prng, idTimeMs: number, fields: Partial<StoredEvent> = {}): StoredEvent {
  const { occurred_at: occurredAt = idTimeMs, received_at: receivedAt = idTimeMs } = fields;
  return {
    tenant: "t",
    event_id: makeUuidV7(idTimeMs, randomBytes(prng, 10)),
    type: "click",
    session_id: "s",
    item_id: "i",
    anonymous_id: "d",
    sent_at: receivedAt,
    consent: "granted",
    is_bot: false,
    ...fields,
    occurred_at: occurredAt,
    received_at: receivedAt,
  };
}

/** Another copy of the event: as it was, or from a client that sends one id with changing contents. */
export function copyOf(prng: Prng, event: StoredEvent): StoredEvent {
  if (prng.next() < 0.7) return { ...event };
  return {
    ...event,
    received_at: event.received_at + prng.int(3) * MINUTE_MS,
    anonymous_id: `d${prng.int(5)}`,
    type: prng.pick(["view", "click"]),
  };
}

/** Some days of some tenants: devices with and without users, robots' rhythms, impressions, late ones, some beyond the clamp. */
export function randomEvents(prng: Prng, count: number): StoredEvent[] {
  return Array.from({ length: count }, () => {
    const idTimeMs = NOW_MS - prng.int(3 * DAY_MS);
    const receivedAt = idTimeMs + (prng.next() < 0.1 ? prng.int(9 * DAY_MS) : prng.int(MINUTE_MS));
    const sometimes = <T extends object>(fields: T) => (prng.next() < 0.5 ? fields : {});
    const event = eventAt(prng, idTimeMs, {
      tenant: prng.pick(["t", "u", "shop"]),
      type: prng.pick(["view", "purchase", "impression", "own_type"]),
      received_at: receivedAt,
      is_bot: prng.next() < 0.1,
      item_id: `i${prng.int(8)}`,
      anonymous_id: `d${prng.int(5)}`,
      ...sometimes({ user_id: `u${prng.int(3)}` }),
      ...sometimes({ items: [{ item_id: "a", position: 0 }], context: { path: "/ä", ok: true } }),
      ...sometimes({ value: prng.normal(), quantity: 2, duration_ms: 17 }),
    });
    if (prng.next() < 0.2) delete event.anonymous_id;
    if (prng.next() < 0.1) delete event.item_id;
    return event;
  });
}

export function randomLinks(prng: Prng, count: number): IdentityLink[] {
  return Array.from({ length: count }, () => {
    const linkedAt = NOW_MS - prng.int(3 * DAY_MS);
    const eventId = makeUuidV7(linkedAt, randomBytes(prng, 10));
    const tenant = prng.pick(["t", "u", "shop"]);
    return {
      ...{ tenant, anonymous_id: `d${prng.int(5)}`, user_id: `u${prng.int(3)}` },
      ...{ event_id: eventId, linked_at: linkedAt, received_at: linkedAt },
    };
  });
}

export function randomItems(prng: Prng, count: number): ItemChange[] {
  return Array.from({ length: count }, () => ({
    tenant: prng.pick(["t", "u", "shop"]),
    item_id: `i${prng.int(8)}`,
    changed_at: NOW_MS - prng.int(DAY_MS),
    deleted: prng.next() < 0.3,
  }));
}
