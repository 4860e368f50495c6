import { createPrng, type Prng, SECOND_MS } from "../../../src/base/index.ts";
import { makeUuidV7, type StoredEvent } from "../../../src/events/index.ts";

/**
 * The traffic that a million is made of. A busy shop: fifty events and fifty answers a second, one impression for each answer. A page
 * asks for about two lists, and its beacon tells of both and of what the visitor did beside them in one flush; each flush is a
 * Queue message. Of one visitor's visit come `flushesPerVisit` flushes, from different batches of the consumer.
 */
export interface Traffic {
  eventsPerSecond: number;
  /** Also impressions. */
  answersPerSecond: number;
  /** Impressions included. */
  eventsPerFlush: number;
  itemsPerAnswer: number;
  flushesPerVisit: number;
  /** Of visits, those of somebody who signed in: their history is a user's, their session the device's, two rows. */
  signedInShare: number;
  items: number;
  /** Of the consumer, by its configuration. */
  batchSeconds: number;
  /** Isolates of the edge, and of the scorer, that are at work at one time: each reads for itself. */
  isolates: number;
}

export const TRAFFIC: Traffic = {
  eventsPerSecond: 50,
  answersPerSecond: 50,
  eventsPerFlush: 10,
  itemsPerAnswer: 10,
  flushesPerVisit: 6,
  signedInShare: 0.15,
  items: 5_000,
  batchSeconds: 5,
  isolates: 10,
};

/** Seconds in which a million events and a million answers come. */
export function secondsOfMillion({ eventsPerSecond }: Traffic): number {
  return 1_000_000 / eventsPerSecond;
}

export function flushesOfMillion({ eventsPerFlush }: Traffic): number {
  return 2_000_000 / eventsPerFlush;
}

const TYPES = ["view", "view", "view", "click", "search", "add_to_cart", "page", "view", "purchase"] as const;

/** Messages of the events' Queue as the edge sends them, a batch of the consumer at a time. */
export class Visitors {
  readonly #traffic: Traffic;
  readonly #tenant: string;
  readonly #prng: Prng;
  readonly #open: { id: number; left: number; signedIn: boolean }[] = [];
  #next = 0;
  #sent = 0;

  constructor(traffic: Traffic, { tenant, seed }: { tenant: string; seed: number }) {
    this.#traffic = traffic;
    this.#tenant = tenant;
    this.#prng = createPrng(`bench/cost/${seed}`);
  }

  get visitors(): number {
    return this.#next;
  }

  batch(nowMs: number): { flushes: number; events: number; bodies: string[] } {
    const { eventsPerSecond, answersPerSecond, eventsPerFlush, batchSeconds } = this.#traffic;
    const events = (eventsPerSecond + answersPerSecond) * batchSeconds;
    const flushes = Math.round(events / eventsPerFlush);
    const visitors = Array.from({ length: flushes }, () => this.#visitor());
    this.#open.push(...visitors.filter(({ left }) => left > 0));
    const bodies = visitors.map((visitor, index) => {
      const told = Array.from({ length: eventsPerFlush }, (_, n) => this.#event(visitor, n, nowMs));
      const hour = Math.floor(nowMs / 3_600_000);
      const producer = `p${index % this.#traffic.isolates}`;
      const before = this.#sent;
      this.#sent += told.length;
      return JSON.stringify({ v: 1, tenant: this.#tenant, producer, hour, before, events: told });
    });
    return { flushes, events: flushes * eventsPerFlush, bodies };
  }

  /** Mostly one of a visit that goes on: nobody twice in a batch. */
  #visitor() {
    const isNew = this.#prng.next() < 1 / this.#traffic.flushesPerVisit || this.#open.length === 0;
    const known = isNew ? undefined : this.#open.splice(this.#prng.int(this.#open.length), 1)[0];
    if (known !== undefined) return { ...known, left: known.left - 1 };
    const signedIn = this.#prng.next() < this.#traffic.signedInShare;
    return { id: this.#next++, left: this.#traffic.flushesPerVisit - 1, signedIn };
  }

  #event(visitor: { id: number; signedIn: boolean }, n: number, nowMs: number): StoredEvent {
    const { eventsPerSecond, answersPerSecond, itemsPerAnswer } = this.#traffic;
    const isImpression =
      n % 2 === 1 && this.#prng.next() < (2 * answersPerSecond) / (eventsPerSecond + answersPerSecond);
    const atMs = nowMs - 2 * SECOND_MS + n * 150;
    const random = Uint8Array.from({ length: 10 }, () => this.#prng.int(256));
    return {
      tenant: this.#tenant,
      event_id: makeUuidV7(atMs, random),
      type: isImpression ? "impression" : this.#prng.pick([...TYPES]),
      anonymous_id: `device-${visitor.id}`,
      ...(visitor.signedIn ? { user_id: `user-${visitor.id}` } : {}),
      session_id: `s${visitor.id}`,
      ...(isImpression
        ? {
            items: Array.from({ length: itemsPerAnswer }, (_, position) => ({
              item_id: this.#item(),
              position,
            })),
          }
        : { item_id: this.#item() }),
      occurred_at: atMs,
      sent_at: nowMs,
      received_at: nowMs,
      consent: "granted",
      is_bot: false,
    };
  }

  /** Few items are most of the interest: the square of an even chance. */
  #item(): string {
    return `item-${Math.floor(this.#prng.next() ** 2 * this.#traffic.items)}`;
  }
}
