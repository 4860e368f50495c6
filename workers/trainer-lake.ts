import { SECOND_MS } from "../src/base/index.ts";
import type { LakeAdmin, LakeJob } from "../src/ops/index.ts";

/** Each round does a bounded share. More than this are not the backlog of an hour but a job that does not end. */
const ROUNDS_MAX = 2_000;
/** In a row. Retrains of many tenants begin together, and of two that refine the same rows one has to begin again. */
const FAILURES_MAX = 6;
const PAUSE_MS = 2 * SECOND_MS;

/** What has landed is committed and refined up to gold by the Worker that writes the lake. */
export async function makeCurrent(env: TrainerEnv): Promise<void> {
  await repeatJob(env, "commit");
  await repeatJob(env, "refine");
}

/** Rejects when the job fails time and again, though others may have got it done meanwhile. */
export async function repeatJob(env: TrainerEnv, job: LakeJob): Promise<void> {
  const pipeline = env.PIPELINE as unknown as LakeAdmin;
  let failures = 0;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    try {
      const { done, faults } = await pipeline.runLakeJob(job);
      if (done) return;
      if (Array.isArray(faults) && faults.length > 0) throw new Error(String(faults[0]));
      failures = 0;
    } catch (cause) {
      failures++;
      if (failures === FAILURES_MAX) throw cause;
      await new Promise((resolve) => setTimeout(resolve, failures * PAUSE_MS));
    }
  }
  throw new Error(`the lake's job "${job}" was not done after ${ROUNDS_MAX} rounds`);
}
