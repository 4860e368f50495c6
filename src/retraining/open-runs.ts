import { DAY_MS, listAll, type ObjectStore } from "../base/index.ts";
import { startedAtMs } from "./run-id.ts";
import { workKey } from "./workspace.ts";

/** No run takes longer: one that says so has died unnoticed. */
const OPEN_MS_MAX = DAY_MS;

/** No run's folder: their names hold an underscore. The sweep of the folders takes marks that nobody looked at again. */
const OPEN = "open";

/** Before the run starts, so that whoever looks sees it from its first moment. */
export async function markOpen(store: ObjectStore, tenant: string, runId: string): Promise<void> {
  await store.put(workKey(tenant, OPEN, runId), new Uint8Array());
}

/** A run of the tenant's that has not ended; null where there is none. Marks of those that have are taken away. */
export async function findOpen(
  store: ObjectStore,
  tenant: string,
  { nowMs, hasEnded }: { nowMs: number; hasEnded(runId: string): Promise<boolean> },
): Promise<string | null> {
  const prefix = workKey(tenant, OPEN, "");
  const ended: string[] = [];
  let open: string | null = null;
  for await (const { key } of listAll(store, prefix)) {
    const runId = key.slice(prefix.length);
    if (nowMs - startedAtMs(runId) <= OPEN_MS_MAX && !(await hasEnded(runId))) open ??= runId;
    else ended.push(key);
  }
  await store.delete(ended);
  return open;
}
