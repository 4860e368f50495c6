import { openLake } from "../src/lake/index.ts";
import type { LakeJob, LakeJobOutcome } from "../src/ops/index.ts";
import { objectStore } from "./pipeline-ports.ts";

/** The crons' work on the lake, a bounded share a call, for who wants it now. */
export const JOBS: Record<LakeJob, (env: PipelineEnv, nowMs: number) => Promise<LakeJobOutcome>> = {
  async commit(env, nowMs) {
    const { committed, faults } = await openLake(objectStore(env)).commitAllPending({ nowMs, force: true });
    return { done: faults.length === 0, committed, faults };
  },
};
