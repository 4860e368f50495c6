import { type ObjectStore, r2ObjectStore, yieldingStore } from "../src/base/index.ts";
import { applyEvents, recordQuarantine } from "../src/features/index.ts";
import type { Sinks } from "../src/ingest/index.ts";
import { openLake } from "../src/lake/index.ts";

/** The pipeline's object store: the lake, the overlays and what was spilled. */
export function objectStore(env: PipelineEnv): ObjectStore {
  return yieldingStore(r2ObjectStore(env.LAKE), { clock: Date.now, yieldTo: () => wait(0) });
}

/** Where events end, on this Worker's bindings. */
export function sinks(env: PipelineEnv, nowMs: number): Sinks {
  return {
    lake: openLake(objectStore(env), { clock: Date.now }),
    features: {
      applyEvents: (events, atMs, counts) =>
        applyEvents({ core: env.DB, profiles: [env.PROFILES_0] }, events, atMs, counts),
      recordQuarantine: (rows) => recordQuarantine(env.DB, rows),
    },
    nowMs,
  };
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
