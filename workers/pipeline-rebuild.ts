import { openLake } from "../src/lake/index.ts";
import { type RebuildProgress, rebuildStep } from "../src/ops/index.ts";
import { beginGoldAnew, findSegments, JOBS } from "./pipeline-jobs.ts";
import { flushOverlay } from "./pipeline-overlay.ts";
import { objectStore, wait } from "./pipeline-ports.ts";

/** Cursors of the steps that stand around those of `ops`, which make the stores. */
const GOLD = "gold";
const STORES = "stores";
const SEGMENTS = "segments";

/**
 * One step of making gold, D1 and KV again from the lake; null begins. What is pending is committed first and silver brought up to
 * it; the segments come last, for it is D1 that says whose they are.
 */
export async function rebuild(
  env: PipelineEnv,
  cursor: string | null,
  nowMs: number,
): Promise<RebuildProgress | { error: "cursor" }> {
  if (cursor === null) {
    await JOBS.commit(env, nowMs);
    await beginGoldAnew(env, nowMs);
    return { cursor: GOLD, stage: GOLD, done: 0, total: 1 };
  }
  if (cursor === GOLD) {
    const { done } = await JOBS.refine(env, nowMs);
    return { cursor: done ? STORES : GOLD, stage: GOLD, done: done ? 1 : 0, total: 1 };
  }
  if (cursor === SEGMENTS) {
    await findSegments(env, nowMs, { force: true });
    return { cursor: null, stage: SEGMENTS, done: 1, total: 1 };
  }
  const step = await rebuildStores(env, cursor === STORES ? null : cursor, nowMs);
  return "cursor" in step && step.cursor === null ? { ...step, cursor: SEGMENTS } : step;
}

function rebuildStores(env: PipelineEnv, cursor: string | null, nowMs: number) {
  const store = objectStore(env);
  const overlay = { core: env.DB, store, kv: env.KV };
  const ports = {
    lake: openLake(store, { clock: Date.now }),
    core: env.DB,
    profiles: env.PROFILES_0,
    kv: env.KV,
    store,
    publishOverlay: (tenant: string) => flushOverlay(overlay, tenant, { nowMs, force: true }),
    wait,
    nowMs,
  };
  return rebuildStep(ports, cursor);
}
