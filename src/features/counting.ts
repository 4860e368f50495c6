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

/** Increments of one tenant in one hour, or in one day (`hour` −1), as JSON objects by item and by category. */
export interface PartRow {
  tenant: string;
  day: number;
  hour: number;
  items: string;
  categories: string;
}

/** What a part adds up to: for each key the increments in the order of `ITEM_COUNTERS`; keys that nothing is left of are left out. */
export type KeyCounts = Iterable<readonly [key: string, counts: readonly number[]]>;

/** As rows that D1 takes: few, unless lists are long. */
export function partRows({ tenant, day, hour }: Place, items: KeyCounts, categories: KeyCounts): PartRow[] {
  const place = { tenant, day, hour: hour ?? -1 };
  const [ofItems, ofCategories] = [countDocuments(items), countDocuments(categories)];
  return Array.from({ length: Math.max(ofItems.length, ofCategories.length) }, (_, index) => ({
    ...place,
    items: ofItems[index] ?? "{}",
    categories: ofCategories[index] ?? "{}",
  }));
}

/** `{"<key>":[count, …], …}`, as few as the limit of one text allows. Written by hand: an object would sort keys like numbers first. */
export function countDocuments(counts: KeyCounts, charsMax?: number): string[] {
  const list = new JsonList({ brackets: ["{", "}"], charsMax });
  for (const [key, each] of counts) {
    if (each.some((count) => count !== 0)) list.add(`${JSON.stringify(key)}:[${each.join(",")}]`);
  }
  return list.documents();
}
