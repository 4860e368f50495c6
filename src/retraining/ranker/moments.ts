import { DAY_MS, fnv1a32, MINUTE_MS } from "../../base/index.ts";
import type { RankingContext } from "../../catalogue/index.ts";
import { eventTypeWeight } from "../../events/index.ts";
import { type CountedKind, CounterLog } from "./counters.ts";

/** A row of silver.interactions of a person, as far as the ranker reads it. */
export interface RankerEvent {
  eventId: string;
  type: string;
  occurredAtMs: number;
  subject: string | null;
  itemId: string | null;
  items: readonly { item_id: string; position?: number }[] | null;
  device: string | null;
  country: string | null;
  utcOffsetMin: number;
}

/** A time at which a list was shown, or could have been: somebody took something then. */
export interface Moment {
  user: number;
  context: RankingContext;
  /** [items] What was shown, and where; null: nothing was, as far as is known. */
  shown: { items: Uint32Array; positions: Int16Array } | null;
  /** Of the event's id: places moments of one instant, and draws by itself what must not depend on their order. */
  hash: number;
}

/** Of each kind. More teach little, and each costs a run of the model. */
const MOMENTS_MAX = 4_000;
/** The longest window of a counter, and the day that it begins in. */
export const COUNTED_MS = 31 * DAY_MS;

const KINDS: Readonly<Record<string, CountedKind>> = {
  view: "views",
  click: "clicks",
  purchase: "purchases",
  impression: "impressions",
};

/** What subjects and items are in the data set. */
export interface MomentIds {
  userOf(subject: string): number | undefined;
  itemIds: readonly string[];
}

/** Takes rows in any order: what is kept depends on which they are, not on how they come. */
export class MomentLog {
  readonly counters: CounterLog;
  readonly #fromMs: number;
  readonly #userOf: MomentIds["userOf"];
  readonly #items: ReadonlyMap<string, number>;
  readonly #shown = new Thinned();
  readonly #taken = new Thinned();

  /** Moments from `fromMs` on; earlier events are only counted. */
  constructor({ userOf, itemIds }: MomentIds, fromMs: number) {
    this.#fromMs = fromMs;
    this.#userOf = userOf;
    this.#items = new Map(itemIds.map((id, index) => [id, index]));
    this.counters = new CounterLog(fromMs - COUNTED_MS, itemIds.length);
  }

  add(event: RankerEvent): void {
    const items = this.#knownItems(event);
    const kind = KINDS[event.type];
    if (kind !== undefined) for (const { item } of items) this.counters.add(kind, item, event.occurredAtMs);
    if (event.occurredAtMs < this.#fromMs || items.length === 0) return;
    const user = event.subject === null ? undefined : this.#userOf(event.subject);
    if (user === undefined) return;
    const moment = { user, context: contextOf(event), hash: fnv1a32(event.eventId) };
    if (event.type !== "impression") this.#taken.add({ ...moment, shown: null });
    else if (items.length > 1) this.#shown.add({ ...moment, shown: columnsOf(items) });
  }

  /** By time. */
  moments(): Moment[] {
    const all = [...this.#shown.kept, ...this.#taken.kept];
    return all.sort((a, b) => a.context.nowMs - b.context.nowMs || a.hash - b.hash || a.user - b.user);
  }

  /** Those that an event counts for, each once, with its place. */
  #knownItems({ type, itemId, items }: RankerEvent): { item: number; position: number }[] {
    if (type !== "impression" && eventTypeWeight(type) === 0) return [];
    const named: { item_id: string; position?: number }[] = itemId === null ? [] : [{ item_id: itemId }];
    const listed = type === "impression" ? [...named, ...(items ?? [])] : named;
    const found = new Map<number, number>();
    for (const [place, { item_id: id, position = place }] of listed.entries()) {
      const item = this.#items.get(id);
      if (item !== undefined && !found.has(item)) found.set(item, position);
    }
    return [...found].map(([item, position]) => ({ item, position }));
  }
}

function contextOf({ occurredAtMs, device, country, utcOffsetMin }: RankerEvent): RankingContext {
  return {
    nowMs: occurredAtMs,
    ...(device === null ? {} : { device }),
    ...(country === null ? {} : { country }),
    localHour: new Date(occurredAtMs + utcOffsetMin * MINUTE_MS).getUTCHours(),
  };
}

function columnsOf(items: readonly { item: number; position: number }[]) {
  return {
    items: Uint32Array.from(items, ({ item }) => item),
    positions: Int16Array.from(items, ({ position }) => position),
  };
}

/** Half of the moments are let go whenever there are too many, by their hash: so the order in which they come does not matter. */
class Thinned {
  kept: Moment[] = [];
  #shift = 0;

  add(moment: Moment): void {
    if (!this.#isKept(moment)) return;
    this.kept.push(moment);
    while (this.kept.length > MOMENTS_MAX) {
      this.#shift++;
      this.kept = this.kept.filter((one) => this.#isKept(one));
    }
  }

  #isKept({ hash }: Moment): boolean {
    return this.#shift === 0 || hash >>> (32 - this.#shift) === 0;
  }
}
