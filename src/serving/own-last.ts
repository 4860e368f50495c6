import { sha256Hex } from "../base/index.ts";
import type { AllowedLists } from "./allowed-lists.ts";
import { within } from "./deadline.ts";
import { LAST_GOOD_LIFE_MS, SEEN_SHARE } from "./limits.ts";
import type { ServingMemory } from "./memory.ts";
import type { AnswerRequest } from "./plan.ts";
import type { OwnList, ServingPorts } from "./ports.ts";
import type { Round } from "./round.ts";
import type { Timeline } from "./timeline.ts";

/** Whose list a list is. */
export interface Owner {
  tenant: string;
  /** Begins with the tenant. Equal only for the same visitor or item, scenario, version of it, and fields. */
  key: string;
  /** When the visitor had been read. */
  readAtMs: number;
  /** When the oldest interaction of the history occurred that the store told of; undefined: it told of none. */
  storedSinceMs: number | undefined;
}

/** Null for a nameless visitor. */
export function ownerOf(
  { tenant, subject }: AnswerRequest,
  { plan, known }: Round,
  nowMs: number,
): Owner | null {
  if (known.subject === null) return null;
  const { scenario, carried } = plan;
  const together = subject.kind === "item" && subject.together;
  const key = JSON.stringify([tenant, known.subject, together, scenario.name, scenario.version, carried]);
  return { tenant, key, readAtMs: nowMs, storedSinceMs: known.storedSinceMs };
}

/** Addresses are refused where they are long, and this one is not to tell of its owner. */
export async function ownAddress({ tenant, key }: Owner): Promise<string> {
  return `${encodeURIComponent(tenant)}/${await sha256Hex(key)}`;
}

/**
 * The list that the owner had last. From memory; else, once `start` is called, from the location, which keeps it for a day: a site so quiet that each
 * request meets isolates that remember nothing has no other. Only a list that may stand in is given:
 *
 * - What came of stored interactions stands in only beside one that is older than the list. After a user's deletion all that is stored is younger: copies,
 *   which no other location can be told to drop, are not answered any more, and are gone within a day.
 * - A list of before the withdrawals that are known is left out, unless it is as young as those in memory.
 */
export class OwnLast {
  readonly #owner: Owner;
  readonly #ports: ServingPorts;
  readonly #memory: ServingMemory;
  readonly #timeline: Timeline;
  readonly #remembered: OwnList | null;
  #read: Promise<OwnList | null> | undefined;

  constructor(owner: Owner, ports: ServingPorts, context: { memory: ServingMemory; timeline: Timeline }) {
    this.#owner = owner;
    this.#ports = ports;
    this.#memory = context.memory;
    this.#timeline = context.timeline;
    this.#remembered = context.memory.lastGood.get(owner.key, ports.now()) ?? null;
  }

  /** Begins to look in the location where memory has none. */
  start(): void {
    if (this.#remembered === null) this.#read ??= this.#load();
  }

  async get({ withdrawnSinceMs }: AllowedLists): Promise<OwnList | null> {
    const list = this.#remembered ?? (await this.#read) ?? null;
    if (list === null) return null;
    const { storedSinceMs } = this.#owner;
    const isStoreds = storedSinceMs !== undefined && storedSinceMs <= list.rankedAtMs;
    if (list.usesStored && !isStoreds) return null;
    const trustedSinceMs = Math.min(withdrawnSinceMs, this.#ports.now() - LAST_GOOD_LIFE_MS);
    return list.rankedAtMs >= trustedSinceMs ? list : null;
  }

  async #load(): Promise<OwnList | null> {
    const { own, now, timer } = this.#ports;
    const read = ownAddress(this.#owner)
      .then((address) => own.get(address))
      .then((list) => {
        // Also one that comes too late: the next request finds it.
        if (list !== null) this.#memory.lastGood.set(this.#owner.key, list, now());
        return list;
      });
    const limitMs = this.#timeline.limitMs(SEEN_SHARE);
    const timely = await this.#timeline.measure("own", within(read, limitMs, timer));
    return timely.status === "ok" ? timely.value : null;
  }
}
