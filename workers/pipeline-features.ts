import { listTenants, readStoredTenant } from "../src/features/index.ts";
import { openLake, StaleBaseError } from "../src/lake/index.ts";
import type { FeaturesMade, LakeJobOutcome } from "../src/ops/index.ts";
import {
  type MaterialisedFeatures,
  materialiseFeatures,
  refreshFeatures,
  runName,
} from "../src/refining/index.ts";
import { objectStore } from "./pipeline-ports.ts";

/** Tenants of one call: a pass over a tenant's silver each, and an hourly cron has fifteen minutes. */
const TENANTS_MAX = 10;

/** Features of tenants as of the last midnight UTC, where they are not made yet. */
export async function makeFeatures(env: PipelineEnv, nowMs: number): Promise<LakeJobOutcome> {
  const ports = featurePorts(env);
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

/** Other writers of the two tables come between at most this often in one call. */
const ATTEMPTS_MAX = 3;

/** Features of one tenant as of any time, which replace what was made for that time before. */
export async function makeFeaturesAsOf(
  env: PipelineEnv,
  { tenant, asOfMs }: { tenant: string; asOfMs: number },
  nowMs: number,
): Promise<FeaturesMade | { error: "future" } | null> {
  if ((await readStoredTenant(env.DB, tenant)) === null) return null;
  // What has not happened yet would be made without it, and stand there.
  if (asOfMs > nowMs) return { error: "future" };
  const ports = featurePorts(env);
  for (let attempt = 1; ; attempt++) {
    const run = runName(nowMs, ports.newRunName());
    try {
      return await materialiseFeatures(ports, { tenant, asOfMs, nowMs, run });
    } catch (cause) {
      if (!(cause instanceof StaleBaseError) || attempt === ATTEMPTS_MAX) throw cause;
    }
  }
}

function featurePorts(env: PipelineEnv) {
  const store = objectStore(env);
  return {
    lake: openLake(store, { clock: Date.now }),
    store,
    newRunName: () => crypto.randomUUID(),
    clock: Date.now,
  };
}
