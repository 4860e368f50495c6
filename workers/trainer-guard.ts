import { r2ObjectStore } from "../src/base/index.ts";
import { openLake } from "../src/lake/index.ts";
import type { PipelineAdmin } from "../src/ops/index.ts";
import { readPointer, rollback } from "../src/registry/index.ts";
import { countLists, isFailureAnswered, judgeLive } from "../src/retraining/index.ts";

/** Takes the live version back when its visitors fare worse beyond doubt than those of the time before it. */
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
  const verdict = counts === null ? null : judgeLive(counts);
  if (counts === null || verdict === null) return;
  const { version } = pointer;
  const { reason, isFailure, isOfCourse } = verdict;
  const tell = (told: string) =>
    console.warn(JSON.stringify({ level: "warn", where: "guardrails", tenant, version, reason, told }));
  if (isFailure) {
    const { hours } = await (env.PIPELINE as unknown as PipelineAdmin).serving(tenant);
    if (!isFailureAnswered(hours, pointer, counts.before)) {
      tell("not taken back: the edge has counted no such answers, so visitors' ids may be made up");
      return;
    }
  }
  const because = { version, reason };
  const back = await rollback(store, tenant, { nowMs, because, ofCourse: isOfCourse });
  tell(back.ok ? `back to ${back.value.version}` : `not taken back: ${back.error.message}`);
}
