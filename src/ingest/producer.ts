import { HOUR_MS } from "../base/index.ts";

/** What a message says of the counting of its events; see `intake_counts` in the features. */
export interface Claim {
  producer: string;
  /** Of receipt, since the epoch. */
  hour: number;
  /** Events that the producer had accepted for the tenant in that hour before these. */
  before: number;
}

/** A request that began in an earlier hour may still be on its way: so many hours are counted on. */
const HOURS_KEPT = 3;

/**
 * One isolate's count of the events that it accepted, by tenant and hour of receipt. Each message carries where it stands in
 * that count, so that whoever has the later ones knows what the earlier ones were. Lost with the isolate, as it may be: another
 * one counts under another name.
 */
export class IntakeProducer {
  readonly #newName: () => string;
  #name: string;
  /** Hour → tenant → events. */
  readonly #hours = new Map<number, Map<string, number>>();

  /** `newName`: one that no other producer has. */
  constructor(newName: () => string) {
    this.#newName = newName;
    this.#name = newName();
  }

  /** Takes the next `events` numbers. Synchronous, so that requests at the same time cannot take the same ones. */
  claim(tenant: string, nowMs: number, events: number): Claim {
    const hour = Math.floor(nowMs / HOUR_MS);
    const tenants = this.#tenantsOf(hour);
    const before = tenants.get(tenant) ?? 0;
    tenants.set(tenant, before + events);
    return { producer: this.#name, hour, before };
  }

  /**
   * For when claimed events were refused after all: the numbers cannot be given back, for part of them may have got through.
   * Under a new name, no later message tells of them.
   */
  renew(): void {
    this.#name = this.#newName();
    this.#hours.clear();
  }

  #tenantsOf(hour: number): Map<string, number> {
    let tenants = this.#hours.get(hour);
    if (tenants === undefined) {
      tenants = new Map();
      this.#hours.set(hour, tenants);
      for (const other of this.#hours.keys()) if (other <= hour - HOURS_KEPT) this.#hours.delete(other);
    }
    return tenants;
  }
}
