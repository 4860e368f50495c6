import {
  WorkflowEntrypoint,
  type WorkflowEvent,
  type WorkflowStep,
  type WorkflowStepConfig,
} from "cloudflare:workers";
import { r2ObjectStore, yieldingStore } from "../src/base/index.ts";
import type { QualityAdmin } from "../src/quality/index.ts";
import { sweepVersions } from "../src/registry/index.ts";
import {
  type RetrainOutcome,
  type RetrainParams,
  type RetrainPorts,
  retrain,
  sweepWorkspaces,
} from "../src/retraining/index.ts";
import { workerdEngine } from "../src/runtime/index.ts";
import { tryVersion } from "../src/scoring/index.ts";
import { guardLive } from "./trainer-guard.ts";
import { makeCurrent } from "./trainer-lake.ts";
import { followSettings, forEachTenant, startScheduled } from "./trainer-start.ts";

export { Admin } from "./trainer-admin.ts";

/** As in the config; every other cron looks at the parameter files. */
const HOURLY = "23 * * * *";

/** A step that fails is tried again on the same checkpoints; a bug in a learner must not burn CPU for hours. */
const STEP: WorkflowStepConfig = {
  retries: { limit: 2, delay: "5 seconds", backoff: "exponential" },
  timeout: "15 minutes",
};

/** One for the isolate: its Wasm memory is shared, and nothing is loaded before the first model is. */
const engine = workerdEngine();

const sleep = (durationMs: number) => new Promise<void>((resolve) => setTimeout(resolve, durationMs));

/** Ends the current task of the event loop, so that whatever else runs on this thread gets its turn. */
const yieldTo = () => sleep(0);

export class RetrainWorkflow extends WorkflowEntrypoint<TrainerEnv, RetrainParams> {
  override async run(
    event: Readonly<WorkflowEvent<RetrainParams>>,
    step: WorkflowStep,
  ): Promise<RetrainOutcome> {
    const store = yieldingStore(r2ObjectStore(this.env.LAKE), { clock: Date.now, yieldTo });
    const ports: RetrainPorts = {
      store,
      engine,
      tryInScorer: ({ tenant, version }) => tryVersion({ store, engine, sleep }, tenant, version),
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

export default {
  fetch: () => new Response("The trainer answers by RPC only.", { status: 404 }),

  async scheduled({ cron, scheduledTime }, env) {
    if (cron !== HOURLY) {
      await forEachTenant(env, "a look at the settings", (tenant) =>
        followSettings(env, tenant, scheduledTime),
      );
      return;
    }
    const store = r2ObjectStore(env.LAKE);
    await sweepWorkspaces(store, scheduledTime);
    await forEachTenant(env, "the watch over the live model", (tenant) =>
      guardLive(env, tenant, scheduledTime),
    );
    await forEachTenant(env, "a retrain", (tenant) => startScheduled(env, tenant, scheduledTime));
    await forEachTenant(env, "the sweep of versions", (tenant) =>
      sweepVersions(store, tenant, { nowMs: scheduledTime }),
    );
  },
} satisfies ExportedHandler<TrainerEnv>;
