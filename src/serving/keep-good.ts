import { LastGoodPool } from "./last-good.ts";
import type { ServingMemory } from "./memory.ts";
import { type Owner, ownAddress } from "./own-last.ts";
import type { RankedList, ServingPorts } from "./ports.ts";

interface Kept {
  owner: Owner | null;
  tenant: string;
  isVisitors: boolean;
  /** That the list was asked for with. */
  fields: readonly string[];
}

/**
 * Keeps a list that the model has just ranked for the time when it cannot: as its owner's last list in memory, `forLocation` in the location too, and in
 * the tenant's common pool, which goes to KV now and then.
 */
export function keepGood(
  list: RankedList,
  { owner, tenant, isVisitors, fields }: Kept,
  forLocation: boolean,
  ports: ServingPorts,
  memory: ServingMemory,
): void {
  if (list.items.length === 0) return;
  const nowMs = ports.now();
  if (owner !== null) {
    const own = { ...list, rankedAtMs: owner.readAtMs, usesStored: owner.storedSinceMs !== undefined };
    memory.lastGood.set(owner.key, own, nowMs);
    if (forLocation) ports.background(ownAddress(owner).then((address) => ports.own.put(address, own)));
  }
  if (!isVisitors) return;
  const pool = memory.pools.get(tenant, nowMs) ?? new LastGoodPool();
  memory.pools.set(tenant, pool, nowMs);
  pool.add(list, fields);
  const common = pool.take(nowMs);
  if (common !== null) ports.background(ports.lists.writeLastGood(tenant, common));
}
