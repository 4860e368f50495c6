import { DAY_MS, listAll, type ObjectStore } from "../base/index.ts";
import { startedAtMs } from "./run-id.ts";
import { workKey } from "./workspace.ts";

/** No run takes longer: one that says so has died unnoticed. */
const OPEN_MS_MAX = DAY_MS;

/** Whether a run holds up others: a silent one does not, though it may yet go on. */
export type Standing = "under way" | "silent" | "ended";

/** No run's folder: their names hold an underscore. The sweep of the folders takes marks that nobody looked at again. */
const OPEN = "open";

/** Before the run starts, so that whoever looks sees it from its first moment. */
export async function markOpen(store: ObjectStore, tenant: string, runId: string): Promise<void> {
  await store.put(workKey(tenant, OPEN, runId), new Uint8Array());
}

/** A run of the tenant's that is under way; null where there is none. Marks of those that have ended are taken away. */
export async function findOpen(
  store: ObjectStore,
  tenant: string,
  { nowMs, standing }: { nowMs: number; standing(runId: string): Promise<Standing> },
): Promise<string | null> {
  const prefix = workKey(tenant, OPEN, "");
  const ended: string[] = [];
  let open: string | null = null;
  for await (const { key } of listAll(store, prefix)) {
    const runId = key.slice(prefix.length);
    const found = nowMs - startedAtMs(runId) > OPEN_MS_MAX ? "ended" : await standing(runId);
    if (found === "ended") ended.push(key);
    if (found === "under way") open ??= runId;
  }
  await store.delete(ended);
  return open;
}
