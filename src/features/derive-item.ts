import { DAY_MS } from "../base/index.ts";
import {
  FRESHNESS,
  ITEM_COUNTERS,
  WINDOWED,
  WINDOWS,
  type WindowedName,
  type WindowName,
} from "./declarations.ts";
import type { Facets } from "./facets.ts";

/*
 * From what is stored to what is served. Both places call these: the reader on D1's rows, the lake's computation on its own. All
 * sums of fractions go over their terms in a fixed order, so that equal inputs give equal bits.
 */

/** Of each window the sum of each counter, in the order of `ITEM_COUNTERS`. */
export type WindowSums = Readonly<Record<WindowName, readonly number[]>>;

/** Of items and of categories, as `<name>_<window>`: see `WINDOWED`. */
export type WindowedFeatures = Record<`${WindowedName}_${WindowName}`, number>;

const COUNTER_INDEX = new Map<string, number>(ITEM_COUNTERS.map(({ name }, index) => [name, index]));
const NO_COUNTS: readonly number[] = ITEM_COUNTERS.map(({ default: value }) => value);

export function emptySums(): Record<WindowName, number[]> {
  return { "1h": [...NO_COUNTS], "24h": [...NO_COUNTS], "7d": [...NO_COUNTS], "30d": [...NO_COUNTS] };
}

export function windowedFeatures(sums: WindowSums): WindowedFeatures {
  const features: Partial<WindowedFeatures> = {};
  for (const { name: window } of WINDOWS) {
    const sum = (counter: string) => sums[window][COUNTER_INDEX.get(counter) ?? -1] ?? 0;
    for (const each of WINDOWED) features[`${each.name}_${window}`] = windowedValue(each, sum);
  }
  return features as WindowedFeatures;
}

function windowedValue(each: (typeof WINDOWED)[number], sum: (counter: string) => number): number {
  if (each.kind === "count") return sum(each.of);
  if (each.kind === "rate") {
    const { successes, trials } = each.prior;
    return (sum(each.of) + successes) / (sum(each.per) + trials);
  }
  const trials = sum(each.per);
  return trials === 0 ? each.default : sum(each.of) / trials;
}

export interface ItemFeatures extends WindowedFeatures {
  age_days: number | null;
  freshness: number | null;
}

export function itemFeatures(sums: WindowSums, facets: Facets | null, nowMs: number): ItemFeatures {
  const ageMs = facets === null ? null : Math.max(0, nowMs - facets.publishedAtMs);
  return {
    ...windowedFeatures(sums),
    age_days: ageMs === null ? null : ageMs / DAY_MS,
    freshness: ageMs === null ? null : 0.5 ** (ageMs / FRESHNESS.halfLifeMs),
  };
}
