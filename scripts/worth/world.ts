import { DEVICE_HISTORY_MAX } from "../../src/base/index.ts";
import { eventTypeCode, eventTypeWeight, type StandardEventType } from "../../src/events/index.ts";
import type { InteractionRow } from "../../src/learn/index.ts";
import type { Product, Shopper } from "../simulate/index.ts";
import type { Night, Policy } from "./policy.ts";
import type { Season } from "./season.ts";
import type { Tally } from "./tally.ts";

/** What one shopper's device and mind hold in one world. */
export interface Visitor {
  /** Product indexes, oldest first, each once, as the beacon keeps them. */
  recent: number[];
  /** All looks so far, in order, for a way back. */
  looks: Product[];
  bought: Set<number>;
}

/** The shop as it goes under one policy: its own log, its own stock, its own memories. Chance is the same in all worlds. */
export class World {
  readonly season: Season;
  readonly policy: Policy;
  readonly tally: Tally;
  readonly #rows: InteractionRow[] = [];
  readonly #stock: Float64Array;
  readonly #visitors: Visitor[];

  constructor(season: Season, policy: Policy, tally: Tally) {
    this.season = season;
    this.policy = policy;
    this.tally = tally;
    this.#stock = Float64Array.from(season.products, ({ item }) => item.stock ?? Number.POSITIVE_INFINITY);
    this.#visitors = season.shoppers.map(() => ({ recent: [], looks: [], bought: new Set() }));
  }

  visitor(shopper: number): Visitor {
    return this.#visitors[shopper] as Visitor;
  }

  isOnSale(index: number, ageMs: number): boolean {
    return (this.#stock[index] as number) > 0 && this.season.isOffered(index, ageMs);
  }

  sell(index: number): void {
    this.#stock[index] = (this.#stock[index] as number) - 1;
  }

  /** The device remembers the product, the log gets the event. */
  tell(
    type: StandardEventType,
    { shopper, index, ageMs }: { shopper: number; index: number; ageMs: number },
  ): void {
    const visitor = this.visitor(shopper);
    visitor.recent = [...visitor.recent.filter((other) => other !== index), index].slice(-DEVICE_HISTORY_MAX);
    this.#rows.push({
      userId: (this.season.shoppers[shopper] as Shopper).userId,
      itemId: (this.season.products[index] as Product).item.item_id,
      timeMs: this.season.timeMs(ageMs),
      weight: eventTypeWeight(type),
      typeCode: eventTypeCode(type),
    });
  }

  /** What may be learnt so long before the end: a visit that goes on past midnight has told its first half only. */
  night(ageMs: number): Night {
    const nowMs = this.season.timeMs(ageMs);
    return {
      nowMs,
      rows: this.#rows.filter(({ timeMs }) => timeMs < nowMs),
      published: Uint8Array.from(this.season.products, ({ publishedAgeMs }) =>
        publishedAgeMs > ageMs ? 1 : 0,
      ),
    };
  }
}
