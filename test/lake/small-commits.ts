import { createPrng, DAY_MS, MINUTE_MS, type ObjectStore } from "../../src/base/index.ts";
import type { StoredEvent } from "../../src/events/index.ts";
import { EVENTS, type Lake, maintain, openLake, WAREHOUSE_URI } from "../../src/lake/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { randomEvent } from "./events.ts";

/** Noon, and the noon after, when yesterday's partition is closed. */
export const NOW_MS = Date.UTC(2026, 10, 21, 12);
export const NEXT_MS = NOW_MS + DAY_MS;

export function events(seed: string, count: number): StoredEvent[] {
  const prng = createPrng(seed);
  return Array.from({ length: count }, () => randomEvent(prng, prng.pick(["a", "b", "c"]), NOW_MS));
}

export function maintained(store: ObjectStore, nowMs = NEXT_MS, unitsMax = 100) {
  return maintain(store, { nowMs, unitsMax, warehouseUri: WAREHOUSE_URI, tables: [EVENTS] });
}

/** A lake with some commits of small files, and all of their rows. */
export async function withCommits(count: number, store: ObjectStore = memoryObjectStore()) {
  const lake = openLake(store);
  const rows: StoredEvent[] = [];
  for (let index = 0; index < count; index++) {
    const more = events(`commit ${index}`, 20);
    rows.push(...more);
    const nowMs = NOW_MS + index * MINUTE_MS;
    await lake.append(EVENTS, more, { nowMs });
    await lake.commitPending(EVENTS, { nowMs });
  }
  return { store, lake, rows };
}

export function ids(rows: readonly StoredEvent[]): string[] {
  return rows.map(({ event_id }) => event_id).sort();
}

export const filesOf = (lake: Lake) => lake.files(EVENTS);
