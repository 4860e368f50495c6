import {
  WorkerEntrypoint,
  WorkflowEntrypoint,
  type WorkflowEvent,
  type WorkflowStep,
  type WorkflowStepConfig,
} from "cloudflare:workers";
import type { Result } from "../src/base/index.ts";
import { HOUR_MS, MINUTE_MS, r2ObjectStore } from "../src/base/index.ts";
import { listTenants } from "../src/features/index.ts";
import { openLake } from "../src/lake/index.ts";
import type { QualityAdmin } from "../src/quality/index.ts";
import {
  listVersions,
  type Pointer,
  type PointerError,
  promote,
  readManifest,
  readPointer,
  rollback,
  unpin,
} from "../src/registry/index.ts";
import {
  planRerun,
  type Rerun,
  type RetrainOutcome,
  type RetrainParams,
  type RetrainStatus,
  readProgress,
  retrain,
  runIdOf,
  startedAtMs,
  sweepWorkspaces,
  type TrainerAdmin,
  tenantOfRun,
} from "../src/retraining/index.ts";
import { workerdEngine } from "../src/runtime/index.ts";
import { makeCurrent } from "./trainer-lake.ts";

/** A step that fails is tried again on the same checkpoints; a bug in a learner must not burn CPU for hours. */
const STEP: WorkflowStepConfig = {
  retries: { limit: 2, delay: "5 seconds", backoff: "exponential" },
  timeout: "15 minutes",
};

/** One for the isolate: its Wasm memory is shared, and nothing is loaded before the first model is. */
const engine = workerdEngine();

/** As long as a step may take. A running step reports every few seconds; the local runtime forgets runs that it was stopped in. */
const SILENT_MS_MAX = 15 * MINUTE_MS;

/** Ends the current task of the event loop, so that whatever else runs on this thread gets its turn. */
const yieldTo = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

export class RetrainWorkflow extends WorkflowEntrypoint<TrainerEnv, RetrainParams> {
  override async run(
    event: Readonly<WorkflowEvent<RetrainParams>>,
    step: WorkflowStep,
  ): Promise<RetrainOutcome> {
    const ports = {
      store: r2ObjectStore(this.env.LAKE),
      engine,
      makeCurrent: () => makeCurrent(this.env),
      dataQuality: (tenant: string) => (this.env.PIPELINE as unknown as QualityAdmin).failingChecks(tenant),
      yieldTo,
      clock: Date.now,
    };
    return retrain(ports, event.payload, {
      // Results are plain JSON by the port's rule, which `Serializable` cannot see through a type parameter.
      do: <T>(name: string, run: () => Promise<T>) =>
        step.do(name, STEP, run as () => Promise<Rpc.Serializable<T>>) as Promise<T>,
    });
  }
}

/** RPC for the edge's admin routes: start, follow, promote, roll back. */
export class Admin extends WorkerEntrypoint<TrainerEnv> implements TrainerAdmin {
  async startRetrain(tenant: string, { seed = 1, reason }: { seed?: number; reason: string }) {
    return startRetrain(this.env, { tenant, seed, reason, nowMs: Date.now() });
  }

  async startRerun(tenant: string, run: string) {
    const nowMs = Date.now();
    const plan = await planRerun(openLake(r2ObjectStore(this.env.LAKE), { clock: Date.now }), {
      tenant,
      run,
      nowMs,
    });
    if (!plan.ok) return { refusal: plan.error };
    return startRetrain(this.env, { tenant, ...plan.value, reason: "rerun", nowMs });
  }

  async retrainStatus(tenant: string, runId: string): Promise<RetrainStatus | null> {
    if (tenantOfRun(runId) !== tenant) return null;
    const instance = await this.env.RETRAIN.get(runId).catch(() => null);
    if (instance === null) return null;
    const { status, output, error } = await instance.status();
    const progress = await readProgress(r2ObjectStore(this.env.LAKE), tenant, runId);
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

  async listModels(tenant: string) {
    const store = r2ObjectStore(this.env.LAKE);
    const [current, versions] = await Promise.all([readPointer(store, tenant), listVersions(store, tenant)]);
    return { live: current?.pointer ?? null, versions };
  }

  getModel(tenant: string, version: string) {
    return readManifest(r2ObjectStore(this.env.LAKE), tenant, version);
  }

  async promote(tenant: string, version: string) {
    const store = r2ObjectStore(this.env.LAKE);
    return plain(await promote(store, tenant, version, { nowMs: Date.now(), byHand: true }));
  }

  async rollback(tenant: string) {
    return plain(await rollback(r2ObjectStore(this.env.LAKE), tenant, { nowMs: Date.now() }));
  }

  async unpin(tenant: string) {
    return plain(await unpin(r2ObjectStore(this.env.LAKE), tenant));
  }
}

interface RetrainRequest {
  tenant: string;
  seed: number;
  reason: string;
  nowMs: number;
  rerun?: Rerun;
}

/** Starting a run that exists already is no error: a cron that is delivered twice means one run. */
async function startRetrain(env: TrainerEnv, { nowMs, ...request }: RetrainRequest) {
  const runId = runIdOf(request.tenant, request.reason, nowMs);
  const params = { ...request, runId, requestedAtMs: nowMs };
  try {
    await env.RETRAIN.create({ id: runId, params });
  } catch (error) {
    if ((await env.RETRAIN.get(runId).catch(() => null)) === null) throw error;
  }
  return { runId };
}

function plain(result: Result<Pointer, PointerError>): Pointer | { error: string } {
  return result.ok ? result.value : { error: result.error.message };
}

export default {
  fetch: () => new Response("The trainer answers by RPC only.", { status: 404 }),

  /** One run per tenant and hour: its id is made of both, so a cron that is delivered twice starts one run. */
  async scheduled(controller, env) {
    await sweepWorkspaces(r2ObjectStore(env.LAKE), controller.scheduledTime);
    const hourMs = Math.floor(controller.scheduledTime / HOUR_MS) * HOUR_MS;
    for (const tenant of await listTenants(env.DB)) {
      try {
        await startRetrain(env, { tenant, seed: 1, reason: "cron", nowMs: hourMs });
      } catch (error) {
        console.warn(
          `retrain of ${tenant} was not started: ${error instanceof Error ? error.message : error}`,
        );
      }
    }
  },
} satisfies ExportedHandler<TrainerEnv>;
