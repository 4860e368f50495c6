import { DAY_MS, HOUR_MS } from "../../base/index.ts";
import { RANKING_COUNTERS, rankingCounter } from "../../catalogue/index.ts";

/** What is counted of an item; two bits of a record. */
export const COUNTED_KINDS = ["views", "clicks", "purchases", "impressions"] as const;
export type CountedKind = (typeof COUNTED_KINDS)[number];

/** 170 days; twelve bits of a record. */
const HOURS_MAX = 4_096;
export const COUNTED_SPAN_MS = HOURS_MAX * HOUR_MS;
/** Eighteen bits. */
const COUNTED_ITEMS_MAX = 2 ** 18;
/** 32 MB. */
const COUNTED_MAX = 8_000_000;

/** More than a ranker is trained on in a Worker. */
export class TooLarge extends Error {
  constructor(found: string, max: number) {
    super(`${found}: a ranker is made of up to ${max}`);
  }
}

const HOURS_PER_DAY = DAY_MS / HOUR_MS;

/** Where a window that ends with hour `last` begins, as the declarations have it: UTC hours, or UTC days from midnight on. */
const WINDOW_STARTS: Record<string, (last: number) => number> = {
  "1h": (last) => last,
  "24h": (last) => last - 23,
  "7d": (last) => (Math.floor(last / HOURS_PER_DAY) - 6) * HOURS_PER_DAY,
  "30d": (last) => (Math.floor(last / HOURS_PER_DAY) - 29) * HOURS_PER_DAY,
};

/**
 * How often each item was seen, clicked, bought and shown, by UTC hour: 4 B an occurrence. Gives the declared windows as of
 * any full hour, so that what happened within the hour of a label, or after it, is never looked at.
 */
export class CounterLog {
  readonly #firstHour: number;
  #records = new Uint32Array(1_024);
  #count = 0;
  #sorted = true;

  /** Occurrences from `fromMs` on, for at most `COUNTED_SPAN_MS`. */
  constructor(fromMs: number, itemCount: number) {
    if (itemCount > COUNTED_ITEMS_MAX) throw new TooLarge(`${itemCount} items`, COUNTED_ITEMS_MAX);
    this.#firstHour = Math.floor(fromMs / HOUR_MS);
  }

  add(kind: CountedKind, item: number, atMs: number): void {
    const hour = Math.floor(atMs / HOUR_MS) - this.#firstHour;
    if (hour < 0 || hour >= HOURS_MAX) return;
    if (this.#count === COUNTED_MAX) throw new TooLarge(`over ${COUNTED_MAX} events of items`, COUNTED_MAX);
    if (this.#count === this.#records.length) {
      const grown = new Uint32Array(Math.min(COUNTED_MAX, 2 * this.#count));
      grown.set(this.#records);
      this.#records = grown;
    }
    this.#records[this.#count++] = recordOf(COUNTED_KINDS.indexOf(kind), item, hour);
    this.#sorted = false;
  }

  /** Writes an item's counted features [K] as they were known at the end of the last full hour before `atMs`. */
  write(item: number, atMs: number, into: Float32Array, offset: number): void {
    this.#sort();
    const last = Math.floor(atMs / HOUR_MS) - 1;
    const counts = (kind: string, window: string) => {
      const place = COUNTED_KINDS.indexOf(kind as CountedKind);
      const from = Math.max(0, (WINDOW_STARTS[window]?.(last) ?? last) - this.#firstHour);
      const end = Math.min(HOURS_MAX - 1, last - this.#firstHour);
      if (place < 0 || end < from) return 0;
      return this.#before(recordOf(place, item, end) + 1) - this.#before(recordOf(place, item, from));
    };
    for (const [at, name] of RANKING_COUNTERS.entries()) into[offset + at] = rankingCounter(name, counts);
  }

  #sort(): void {
    if (this.#sorted) return;
    this.#records.subarray(0, this.#count).sort();
    this.#sorted = true;
  }

  /** How many records are less. */
  #before(record: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#records[middle] as number) < record) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function recordOf(kind: number, item: number, hour: number): number {
  return (kind * COUNTED_ITEMS_MAX + item) * HOURS_MAX + hour;
}
