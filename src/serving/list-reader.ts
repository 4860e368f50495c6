import { within } from "./deadline.ts";
import { LISTS_READ_MS } from "./limits.ts";
import type { ServingMemory } from "./memory.ts";
import type { FallbackLists, ServingPorts } from "./ports.ts";
import type { Timeline } from "./timeline.ts";

const NO_LISTS: FallbackLists = { lastGood: null, trending: null, popular: null, newest: null };

/** The tenant's materialised lists, read at most once per request, and not at all while memory holds them. */
export class ListReader {
  readonly #tenant: string;
  readonly #ports: ServingPorts;
  readonly #memory: ServingMemory;
  readonly #timeline: Timeline;
  #read: Promise<{ lists: FallbackLists; late: boolean }> | undefined;

  constructor(tenant: string, ports: ServingPorts, context: { memory: ServingMemory; timeline: Timeline }) {
    this.#tenant = tenant;
    this.#ports = ports;
    this.#memory = context.memory;
    this.#timeline = context.timeline;
  }

  /** Begins to read without waiting: beside the other reads of the round. */
  start(): void {
    this.#read ??= this.#load();
  }

  /** Lists that did not come in time are empty. */
  get(): Promise<{ lists: FallbackLists; late: boolean }> {
    this.#read ??= this.#load();
    return this.#read;
  }

  async #load(): Promise<{ lists: FallbackLists; late: boolean }> {
    const { now, timer, lists, background } = this.#ports;
    const remembered = this.#memory.lists.get(this.#tenant, now());
    if (remembered !== undefined) return { lists: remembered, late: false };
    const read = lists.read(this.#tenant).then((found) => {
      this.#memory.lists.set(this.#tenant, found, now());
      return found;
    });
    background(read);
    const timely = await this.#timeline.measure("lists", within(read, LISTS_READ_MS, timer));
    return timely.status === "ok" ? { lists: timely.value, late: false } : { lists: NO_LISTS, late: true };
  }
}
