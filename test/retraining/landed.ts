import type { ObjectStore } from "../../src/base/index.ts";
import type { StoredEvent, StoredItem } from "../../src/events/index.ts";
import { EVENTS, ITEM_CHANGES, openLake } from "../../src/lake/index.ts";
import { refine } from "../../src/refining/index.ts";
import { NOW_MS } from "./shop-events.ts";

/** Events and items in bronze, pending: what a retrain finds when nobody has committed yet. */
export async function landShop(
  store: ObjectStore,
  {
    tenant = "shop",
    events = [],
    items = [],
  }: { tenant?: string; events?: StoredEvent[]; items?: StoredItem[] },
): Promise<void> {
  const lake = openLake(store);
  await lake.append(EVENTS, events, { nowMs: NOW_MS });
  const changes = items.map(({ updated_at, ...item }) => ({
    ...item,
    tenant,
    changed_at: updated_at,
    deleted: false,
  }));
  await lake.append(ITEM_CHANGES, changes, { nowMs: NOW_MS });
}

let runs = 0;

/** What the pipeline does for the trainer: commits what is pending, then refines until nothing is left. */
export async function makeCurrent(store: ObjectStore, nowMs = NOW_MS): Promise<void> {
  const lake = openLake(store);
  await lake.commitAllPending({ nowMs, force: true });
  const newRunName = () => String(++runs);
  const ports = { lake, store, applyLate: async () => {}, newRunName, clock: () => nowMs };
  while (!(await refine(ports, { nowMs, rowsMax: 100_000 })).done);
}
