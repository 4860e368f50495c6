import { type AllowedLists, allowedLists } from "./allowed-lists.ts";
import { within } from "./deadline.ts";
import { LISTS_LIFE_MS, LISTS_SHARE } from "./limits.ts";
import type { ServingMemory } from "./memory.ts";
import type { ServingPorts } from "./ports.ts";
import type { Timeline } from "./timeline.ts";

const NO_LISTS: AllowedLists = {
  ...allowedLists({ lastGood: null, lists: null, categories: null, withdrawn: null }, 0),
  withdrawnSinceMs: Number.POSITIVE_INFINITY,
};

export interface ListsRead {
  lists: AllowedLists;
  late: boolean;
}

/** The tenant's materialised lists, read at most once per request, and not at all while memory holds them. */
export class ListReader {
  readonly #tenant: string;
  readonly #categories: boolean;
  readonly #ports: ServingPorts;
  readonly #memory: ServingMemory;
  readonly #timeline: Timeline;
  #read: Promise<ListsRead> | undefined;

  constructor(
    { tenant, categories }: { tenant: string; categories: boolean },
    ports: ServingPorts,
    context: { memory: ServingMemory; timeline: Timeline },
  ) {
    this.#tenant = tenant;
    this.#categories = categories;
    this.#ports = ports;
    this.#memory = context.memory;
    this.#timeline = context.timeline;
  }

  /** Begins to read without waiting: beside the other reads of the round. */
  start(): void {
    this.#read ??= this.#load();
  }

  /** Lists that did not come in time are those read before, at most ten minutes ago, else empty. */
  get(): Promise<ListsRead> {
    this.#read ??= this.#load();
    return this.#read;
  }

  async #load(): Promise<ListsRead> {
    const { now, timer, lists, background } = this.#ports;
    const key = this.#categories ? `${this.#tenant}/categories` : this.#tenant;
    const remembered = this.#memory.lists.get(key, now());
    if (remembered !== undefined && now() - remembered.readAtMs < LISTS_LIFE_MS) {
      return { lists: remembered, late: false };
    }
    const read = lists.read(this.#tenant, { categories: this.#categories }).then((found) => {
      const allowed = allowedLists(found, now());
      this.#memory.lists.set(key, allowed, now());
      return allowed;
    });
    background(read);
    const timely = await this.#timeline.measure(
      "lists",
      within(read, this.#timeline.limitMs(LISTS_SHARE), timer),
    );
    if (timely.status === "ok") return { lists: timely.value, late: false };
    return { lists: remembered ?? NO_LISTS, late: true };
  }
}
