import { DAY_MS, HOUR_MS } from "../base/index.ts";
import { eventTypeWeight } from "../events/index.ts";
import { BUCKETS_KEPT, counterIncrements, ITEM_COUNTERS } from "./declarations.ts";
import { JsonList } from "./json-list.ts";

/** The items that an event counts for: the one it names, and those that an impression shows; each once. */
export function countedItems(event: {
  type: string;
  item_id?: string | null | undefined;
  items?: readonly { item_id: string }[] | null | undefined;
}): string[] {
  const { type, item_id: itemId, items } = event;
  if (type !== "impression") return eventTypeWeight(type) > 0 && typeof itemId === "string" ? [itemId] : [];
  const listed = (items ?? []).map((item) => item.item_id);
  return [...new Set(typeof itemId === "string" ? [itemId, ...listed] : listed)];
}

export interface Occurrence {
  tenant: string;
  itemIds: readonly string[];
  type: string;
  durationMs: number;
  occurredAtMs: number;
  /** 1 counts it, −1 takes it back. */
  sign: 1 | -1;
}

/** Sums per key of one bucket: `key` is an item or a category. */
interface Sum {
  bucket: number;
  tenant: string;
  key: string;
  counts: number[];
}

const BUCKET_MS = { hour: HOUR_MS, day: DAY_MS } as const;

/** Whether a bucket of `atMs` is still kept at `nowMs`. */
export function isKept(bucket: "hour" | "day", atMs: number, nowMs: number): boolean {
  const size = BUCKET_MS[bucket];
  return Math.floor(atMs / size) > Math.floor(nowMs / size) - BUCKETS_KEPT[bucket];
}

/** What a batch of events adds to the buckets of one entity: summed here, so that D1 writes each row once. */
export class BucketSums {
  readonly #sums = { hour: new Map<string, Sum>(), day: new Map<string, Sum>() };
  readonly #nowMs: number;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  add(occurrence: Occurrence, keys: readonly string[]): void {
    const { type, durationMs, occurredAtMs } = occurrence;
    if (keys.length === 0 || !isKept("day", occurredAtMs, this.#nowMs)) return;
    const increments = counterIncrements(type, durationMs > 0 ? durationMs : undefined);
    const inHours = isKept("hour", occurredAtMs, this.#nowMs);
    for (const key of keys) {
      if (inHours) this.#addTo("hour", occurrence, key, increments);
      this.#addTo("day", occurrence, key, increments);
    }
  }

  #addTo(bucket: "hour" | "day", occurrence: Occurrence, key: string, increments: readonly number[]): void {
    const { tenant, occurredAtMs, sign } = occurrence;
    const number = Math.floor(occurredAtMs / BUCKET_MS[bucket]);
    // A tenant's name has no slash: no two keys read the same.
    const name = `${number}/${tenant}/${key}`;
    let sum = this.#sums[bucket].get(name);
    if (sum === undefined) {
      sum = { bucket: number, tenant, key, counts: ITEM_COUNTERS.map(() => 0) };
      this.#sums[bucket].set(name, sum);
    }
    for (let index = 0; index < increments.length; index++)
      (sum.counts[index] as number) += sign * (increments[index] as number);
  }

  /** Rows [bucket, tenant, key, increment of each counter …] as documents to bind. */
  documents(bucket: "hour" | "day"): string[] {
    const list = new JsonList();
    for (const { bucket: number, tenant, key, counts } of this.#sums[bucket].values())
      list.add(`[${number},${JSON.stringify(tenant)},${JSON.stringify(key)},${counts.join(",")}]`);
    return list.documents();
  }
}
