import { listTenants } from "../src/features/index.ts";
import { openLake } from "../src/lake/index.ts";
import type { LakeJobOutcome } from "../src/ops/index.ts";
import { type MaterialisedFeatures, refreshFeatures } from "../src/refining/index.ts";
import { objectStore } from "./pipeline-ports.ts";

/** Tenants of one call: a pass over a tenant's silver each, and an hourly cron has fifteen minutes. */
const TENANTS_MAX = 10;

/** Features of tenants as of the last midnight UTC, where they are not made yet. */
export async function makeFeatures(env: PipelineEnv, nowMs: number): Promise<LakeJobOutcome> {
  const store = objectStore(env);
  const ports = {
    lake: openLake(store),
    store,
    newRunName: () => crypto.randomUUID(),
    clock: Date.now,
  };
  const tenants = await listTenants(env.DB);
  const made: Record<string, MaterialisedFeatures> = {};
  let done = false;
  for (let count = 0; count < TENANTS_MAX && !done; count++) {
    const step = await refreshFeatures(ports, { tenants, nowMs });
    if (step.made !== null) made[step.made.tenant] = step.made;
    done = step.done;
  }
  return { done, made };
}
