import { r2ObjectStore } from "../src/base/index.ts";
import { openLake } from "../src/lake/index.ts";
import { readPointer, rollback } from "../src/registry/index.ts";
import { countLists, judgeLive } from "../src/retraining/index.ts";

/** Takes the live version back when its visitors fare worse beyond doubt than those of the version before it. */
export async function guardLive(env: TrainerEnv, tenant: string, nowMs: number): Promise<void> {
  const store = r2ObjectStore(env.LAKE);
  const current = await readPointer(store, tenant);
  // Whoever has pinned a version has judged it.
  if (current === null || current.pointer.pinned) return;
  const { pointer } = current;
  const counts = await countLists(openLake(store, { clock: Date.now }), {
    ...{ tenant, pointer, nowMs },
    yieldTo: () => new Promise<void>((resolve) => setTimeout(resolve, 0)),
  });
  const reason = counts === null ? null : judgeLive(counts);
  if (reason === null) return;
  const { version } = pointer;
  const back = await rollback(store, tenant, { nowMs, because: { version, reason } });
  const told = back.ok ? `back to ${back.value.version}` : `not taken back: ${back.error.message}`;
  console.warn(JSON.stringify({ level: "warn", where: "guardrails", tenant, version, reason, told }));
}
