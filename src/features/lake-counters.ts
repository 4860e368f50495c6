import { DAY_MS, HOUR_MS } from "../base/index.ts";
import { addCounts, type ItemOccurrence, incrementsOf } from "./counting.ts";
import { WINDOWS, type WindowName } from "./declarations.ts";
import { emptySums } from "./derive-item.ts";
import { type FacetStates, facetsAt, statesOf } from "./facets.ts";

type Sums = Map<string, Record<WindowName, number[]>>;

/** Sums over the windows of one moment, by item and by category. */
export class LakeCounters {
  readonly items: Sums = new Map();
  readonly categories: Sums = new Map();
  readonly #asOfMs: number;
  readonly #tenant: string;
  readonly #facets: FacetStates;

  constructor({ asOfMs, tenant, facets }: { asOfMs: number; tenant: string; facets: FacetStates }) {
    this.#asOfMs = asOfMs;
    this.#tenant = tenant;
    this.#facets = facets;
  }

  add(occurrence: ItemOccurrence): void {
    const windows = windowsOf(occurrence.occurredAtMs, this.#asOfMs);
    if (windows.length === 0) return;
    const increments = incrementsOf(occurrence);
    const addTo = (sums: Sums, key: string) => {
      const known = sums.get(key) ?? emptySums();
      sums.set(key, known);
      for (const window of windows) addCounts(known[window], increments, occurrence.sign);
    };
    for (const itemId of occurrence.itemIds) {
      addTo(this.items, itemId);
      const states = statesOf(this.#facets, this.#tenant, itemId);
      for (const category of facetsAt(states, occurrence.receivedAtMs)?.categories ?? [])
        addTo(this.categories, category);
    }
  }
}

/** The windows at `nowMs` that hold a time. */
function windowsOf(atMs: number, nowMs: number): WindowName[] {
  return WINDOWS.filter(({ bucket, count }) => {
    const sizeMs = bucket === "hour" ? HOUR_MS : DAY_MS;
    const age = Math.floor(nowMs / sizeMs) - Math.floor(atMs / sizeMs);
    return age >= 0 && age < count;
  }).map(({ name }) => name);
}
