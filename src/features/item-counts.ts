import type { D1Database } from "@cloudflare/workers-types";
import { ITEM_COUNTERS, WINDOWS, type WindowName } from "./declarations.ts";
import { emptySums } from "./derive-item.ts";
import { readSums } from "./read-features.ts";

/** What people are told of an item: how often, in a window. */
export const TOLD_COUNTERS = ["impressions", "views", "clicks", "carts", "purchases"] as const;

export type ItemCounts = Record<WindowName, Record<(typeof TOLD_COUNTERS)[number], number>>;

/** How often each thing happened to an item, over windows of UTC hours and days. One call to D1; an item that nothing happened to has zeros. */
export async function readItemCounts(
  profiles: D1Database,
  tenant: string,
  { itemId, nowMs }: { itemId: string; nowMs: number },
): Promise<ItemCounts> {
  const read = await readSums(profiles, { kind: "item", tenant, keys: [itemId], nowMs });
  const sums = read.get(itemId) ?? emptySums();
  const countOf = (window: WindowName, counter: string) =>
    sums[window][ITEM_COUNTERS.findIndex(({ name }) => name === counter)] ?? 0;
  const counts = (window: WindowName) =>
    Object.fromEntries(TOLD_COUNTERS.map((counter) => [counter, countOf(window, counter)]));
  return Object.fromEntries(WINDOWS.map(({ name }) => [name, counts(name)])) as ItemCounts;
}
