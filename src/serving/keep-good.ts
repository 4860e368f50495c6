import { LastGoodPool } from "./last-good.ts";
import type { ServingMemory } from "./memory.ts";
import type { RankedList, ServingPorts } from "./ports.ts";

/**
 * Keeps a list that the model has just ranked for the time when it cannot: as its owner's last list in memory, and in the
 * tenant's common pool, which goes to KV now and then.
 */
export function keepGood(
  list: RankedList,
  { tenant, ownKey, isVisitors }: { tenant: string; ownKey: string | null; isVisitors: boolean },
  ports: ServingPorts,
  memory: ServingMemory,
): void {
  if (list.items.length === 0) return;
  const nowMs = ports.now();
  if (ownKey !== null) memory.lastGood.set(ownKey, list, nowMs);
  if (!isVisitors) return;
  const pool = memory.pools.get(tenant, nowMs) ?? new LastGoodPool();
  memory.pools.set(tenant, pool, nowMs);
  pool.add(list);
  const common = pool.take(nowMs);
  if (common !== null) ports.background(ports.lists.writeLastGood(tenant, common));
}
