import { openLake } from "../src/lake/index.ts";
import { type RebuildProgress, rebuildStep } from "../src/ops/index.ts";
import { flushOverlay } from "./pipeline-overlay.ts";
import { objectStore } from "./pipeline-ports.ts";

/** A step of `ops`' rebuild on this Worker's bindings. */
export function rebuild(
  env: PipelineEnv,
  cursor: string | null,
  nowMs: number,
): Promise<RebuildProgress | { error: "cursor" }> {
  const store = objectStore(env);
  const overlay = { core: env.DB, store, kv: env.KV };
  const ports = {
    lake: openLake(store),
    core: env.DB,
    profiles: env.PROFILES_0,
    kv: env.KV,
    publishOverlay: (tenant: string) => flushOverlay(overlay, tenant, { nowMs, force: true }),
    nowMs,
  };
  return rebuildStep(ports, cursor);
}
