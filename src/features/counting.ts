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

/** One event's part in the counters of its items. */
export interface ItemOccurrence {
  itemIds: readonly string[];
  type: string;
  durationMs: number;
  occurredAtMs: number;
  receivedAtMs: number;
  /** 1 counts it, −1 takes it back. */
  sign: 1 | -1;
}

export interface Occurrence extends ItemOccurrence {
  tenant: string;
}

/** The UTC buckets of a time, since the epoch; `hour` is null when hours are not kept that far back. */
export interface Buckets {
  hour: number | null;
  day: number;
}

/** Null when not even its day is kept any more. */
export function bucketsOf(atMs: number, nowMs: number): Buckets | null {
  const hour = Math.floor(atMs / HOUR_MS);
  const day = Math.floor(atMs / DAY_MS);
  if (day <= Math.floor(nowMs / DAY_MS) - BUCKETS_KEPT.day) return null;
  return { hour: hour > Math.floor(nowMs / HOUR_MS) - BUCKETS_KEPT.hour ? hour : null, day };
}

/** Whose buckets they are. */
export interface Place extends Buckets {
  tenant: string;
}

/** The sum of one item in one bucket, and between which times its events were received. */
export interface Sum {
  counts: number[];
  firstMs: number;
  lastMs: number;
}

/** Sums by item, of one tenant in one hour; of a day where hours are not kept. */
interface Group extends Place {
  sums: Map<string, Sum>;
}

/** What a batch of events adds to the items' buckets: summed here, so that D1 writes each row once. */
export class ItemSums {
  readonly groups = new Map<string, Group>();
  readonly #nowMs: number;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  add(occurrence: Occurrence): void {
    const { tenant, itemIds, occurredAtMs, receivedAtMs, sign } = occurrence;
    const buckets = bucketsOf(occurredAtMs, this.#nowMs);
    if (buckets === null) return;
    const { sums } = this.#group(tenant, buckets);
    const increments = incrementsOf(occurrence);
    for (const itemId of itemIds) {
      let sum = sums.get(itemId);
      if (sum === undefined) {
        sum = { counts: ITEM_COUNTERS.map(() => 0), firstMs: receivedAtMs, lastMs: receivedAtMs };
        sums.set(itemId, sum);
      }
      addCounts(sum.counts, increments, sign);
      if (receivedAtMs < sum.firstMs) sum.firstMs = receivedAtMs;
      if (receivedAtMs > sum.lastMs) sum.lastMs = receivedAtMs;
    }
  }

  #group(tenant: string, { hour, day }: Buckets): Group {
    const name = hour === null ? `${tenant}/day/${day}` : `${tenant}/${hour}`;
    let group = this.groups.get(name);
    if (group === undefined) {
      group = { tenant, hour, day, sums: new Map() };
      this.groups.set(name, group);
    }
    return group;
  }
}

/** In the order of `ITEM_COUNTERS`; no duration is the same as none told. */
export function incrementsOf({
  type,
  durationMs,
}: Pick<ItemOccurrence, "type" | "durationMs">): readonly number[] {
  return counterIncrements(type, durationMs > 0 ? durationMs : undefined);
}

export function addCounts(counts: number[], increments: readonly number[], sign: number): void {
  for (let index = 0; index < increments.length; index++) {
    const increment = increments[index] as number;
    if (increment !== 0) (counts[index] as number) += sign * increment;
  }
}

/** Counts of items or categories as rows [bucket, tenant, key, increment of each counter …], in documents to bind. */
export class BucketRows {
  readonly #hours = new JsonList();
  readonly #days = new Map<string, Map<string, number[]>>();

  /** `sums`: all that belongs to the place, by item or category. */
  add({ tenant, hour, day }: Place, sums: Iterable<readonly [key: string, counts: readonly number[]]>): void {
    const tenantText = JSON.stringify(tenant);
    const ofDay = this.#day(`[${day},${tenantText},`);
    for (const [key, counts] of sums) {
      const sum = ofDay.get(key);
      if (sum === undefined) ofDay.set(key, [...counts]);
      else addCounts(sum, counts, 1);
      if (hour !== null) this.#hours.add(`[${hour},${tenantText},${JSON.stringify(key)}${texts(counts)}]`);
    }
  }

  #day(head: string): Map<string, number[]> {
    const known = this.#days.get(head);
    if (known !== undefined) return known;
    const made = new Map<string, number[]>();
    this.#days.set(head, made);
    return made;
  }

  hours(): string[] {
    return this.#hours.documents();
  }

  days(): string[] {
    const list = new JsonList();
    for (const [head, sums] of this.#days)
      for (const [key, counts] of sums) list.add(`${head}${JSON.stringify(key)}${texts(counts)}]`);
    return list.documents();
  }
}

/** `,1,0,…` */
function texts(counts: readonly number[]): string {
  let text = "";
  for (const count of counts) text += `,${count}`;
  return text;
}
