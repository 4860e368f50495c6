import { MINUTE_MS, r2ObjectStore } from "../src/base/index.ts";
import {
  type RetrainOutcome,
  type RetrainStatus,
  readProgress,
  startedAtMs,
  tenantOfRun,
} from "../src/retraining/index.ts";

/** As long as a step may take. A running step reports every few seconds; the local runtime forgets runs that it was stopped in. */
const SILENT_MS_MAX = 15 * MINUTE_MS;

/** Null when the tenant has no such run. */
export async function statusOf(
  env: Pick<TrainerEnv, "LAKE" | "RETRAIN">,
  tenant: string,
  runId: string,
): Promise<RetrainStatus | null> {
  if (tenantOfRun(runId) !== tenant) return null;
  const instance = await env.RETRAIN.get(runId).catch(() => null);
  if (instance === null) return null;
  const { status, output, error } = await instance.status();
  const progress = await readProgress(r2ObjectStore(env.LAKE), tenant, runId);
  const report = progress ?? { step: "read", progress: 0, message: "", atMs: startedAtMs(runId) };
  if (status === "complete") {
    return { ...report, status, progress: 1, outcome: output as unknown as RetrainOutcome };
  }
  if (status === "errored" || status === "terminated") {
    return { ...report, status: "errored", error: error?.message ?? status };
  }
  if (Date.now() - report.atMs > SILENT_MS_MAX && status !== "queued") {
    const error = "the run has reported nothing for 15 minutes and seems to have died; start another one";
    return { ...report, status: "errored", error };
  }
  return { ...report, status: status === "queued" ? "queued" : "running" };
}
