import { MINUTE_MS, type ObjectStore, r2ObjectStore } from "../src/base/index.ts";
import {
  type RetrainOutcome,
  type RetrainStatus,
  readOutcome,
  readProgress,
  type Standing,
  startedAtMs,
  tenantOfRun,
} from "../src/retraining/index.ts";

/** As long as a step may take. A running step reports every few seconds; the local runtime forgets runs that it was stopped in. */
const SILENT_MS_MAX = 15 * MINUTE_MS;

type StatusEnv = Pick<TrainerEnv, "LAKE" | "RETRAIN">;

/** Null when the tenant has no such run. Rejects when the platform does not say. */
export async function statusOf(env: StatusEnv, tenant: string, runId: string): Promise<RetrainStatus | null> {
  const found = await lookUp(env, tenant, runId);
  if (found === null) return null;
  const { status, output, error, report, isSilent } = found;
  if (status === "complete") {
    return { ...report, status, progress: 1, outcome: output as unknown as RetrainOutcome };
  }
  if (status === "errored" || status === "terminated") {
    return { ...report, status: "errored", error: error?.message ?? status };
  }
  if (isSilent) {
    const error = "the run has reported nothing for 15 minutes and seems to have died; start another one";
    return { ...report, status: "errored", error };
  }
  return { ...report, status: status === "queued" ? "queued" : "running" };
}

/** Rejects when the platform does not say: a run is not taken for ended because of that. */
export async function standingOf(env: StatusEnv, tenant: string, runId: string): Promise<Standing> {
  const found = await lookUp(env, tenant, runId);
  if (found === null || ENDED.includes(found.status)) return "ended";
  return found.isSilent ? "silent" : "under way";
}

const ENDED: readonly InstanceStatus["status"][] = ["complete", "errored", "terminated"];

async function lookUp(env: StatusEnv, tenant: string, runId: string) {
  if (tenantOfRun(runId) !== tenant) return null;
  const store = r2ObjectStore(env.LAKE);
  const instance = await findInstance(env, runId);
  const progress = await readProgress(store, tenant, runId);
  // What the platform does not know, and reports: a run over all rows, in a process of its own.
  if (instance === null && progress === null) return null;
  const { status, output, error } = await (instance?.status() ?? statusByFiles(store, tenant, runId));
  const report = progress ?? { step: "read", progress: 0, message: "", atMs: startedAtMs(runId) };
  const isSilent = status !== "queued" && Date.now() - report.atMs > SILENT_MS_MAX;
  return { status, output, error, report, isSilent };
}

async function statusByFiles(store: ObjectStore, tenant: string, runId: string): Promise<InstanceStatus> {
  const outcome = await readOutcome(store, tenant, runId);
  return outcome === null ? { status: "running" } : { status: "complete", output: outcome };
}

/** Null where the platform knows none. */
async function findInstance({ RETRAIN }: StatusEnv, runId: string): Promise<WorkflowInstance | null> {
  try {
    return await RETRAIN.get(runId);
  } catch (error) {
    // The platform has no other sign of it than these words.
    if (error instanceof Error && error.message.includes("instance.not_found")) return null;
    throw error;
  }
}
