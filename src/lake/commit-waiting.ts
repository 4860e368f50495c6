import type { Warehouse } from "../iceberg/index.ts";
import { commitPending } from "./commit-pending.ts";
import { listEntries } from "./pending.ts";
import type { AnyTable } from "./tables/table.ts";

/**
 * Brings all that waits by now into the table, a commit's share at a time. What comes meanwhile is not waited for. False when
 * `commitsMax` commits were too few.
 */
export async function commitWaiting(
  warehouse: Warehouse,
  table: AnyTable,
  { nowMs, commitsMax = Number.POSITIVE_INFINITY }: { nowMs: number; commitsMax?: number },
): Promise<boolean> {
  const waiting = new Set(await listEntries(warehouse.store, table));
  let left = waiting.size > 0;
  for (let commits = 0; left && commits < commitsMax; commits++) {
    await commitPending(warehouse, table, { nowMs, force: true });
    left = (await listEntries(warehouse.store, table)).some((key) => waiting.has(key));
  }
  return !left;
}
