import {
  addCounts,
  bucketsOf,
  ItemSums,
  incrementsOf,
  type Occurrence,
  type PartRow,
  type Place,
  partRows,
  type Sum,
} from "./counting.ts";
import { ITEM_COUNTERS } from "./declarations.ts";
import { type FacetStates, type Facets, facetsAt, statesOf } from "./facets.ts";

/** Increments of items, and of the categories that each had when the event was received: see `partRows`. */
export function planCounters(
  occurrences: readonly Occurrence[],
  facets: FacetStates,
  nowMs: number,
): PartRow[] {
  const sums = new ItemSums(nowMs);
  for (const occurrence of occurrences) sums.add(occurrence);
  return [...sums.groups.values()].flatMap((group) =>
    partRows(group, countsOf(group.sums), categorySums(group, { occurrences, facets, nowMs })),
  );
}

function* countsOf(sums: ReadonlyMap<string, Sum>): Generator<readonly [string, readonly number[]]> {
  for (const [itemId, { counts }] of sums) yield [itemId, counts];
}

interface Known {
  occurrences: readonly Occurrence[];
  facets: FacetStates;
  nowMs: number;
}

/** The sums of a place by category. */
function categorySums(
  group: Place & { sums: ReadonlyMap<string, Sum> },
  known: Known,
): Map<string, number[]> {
  const byCategory = new Map<string, number[]>();
  const add = (facets: Facets | null, counts: readonly number[], sign: number) => {
    for (const category of facets?.categories ?? []) {
      let sum = byCategory.get(category);
      if (sum === undefined) {
        sum = ITEM_COUNTERS.map(() => 0);
        byCategory.set(category, sum);
      }
      addCounts(sum, counts, sign);
    }
  };
  for (const [itemId, { counts, firstMs, lastMs }] of group.sums) {
    const states = statesOf(known.facets, group.tenant, itemId);
    const first = facetsAt(states, firstMs);
    // The same state at both ends is the same in between; where the item changed, its events are looked at one by one.
    if (first === facetsAt(states, lastMs)) add(first, counts, 1);
    else {
      for (const each of occurrencesOf(itemId, group, known))
        add(facetsAt(states, each.receivedAtMs), incrementsOf(each), each.sign);
    }
  }
  return byCategory;
}

function occurrencesOf(itemId: string, place: Place, { occurrences, nowMs }: Known): Occurrence[] {
  return occurrences.filter(({ tenant, itemIds, occurredAtMs }) => {
    if (tenant !== place.tenant || !itemIds.includes(itemId)) return false;
    const buckets = bucketsOf(occurredAtMs, nowMs);
    return buckets !== null && buckets.day === place.day && buckets.hour === place.hour;
  });
}
