import { WorkerEntrypoint } from "cloudflare:workers";
import { type Result, r2ObjectStore } from "../src/base/index.ts";
import { openLake } from "../src/lake/index.ts";
import {
  listVersions,
  type Pointer,
  type PointerError,
  promote,
  readManifest,
  readPointer,
  rollback,
  type SettingsPatch,
  unpin,
} from "../src/registry/index.ts";
import {
  listRuns,
  type PointerRefusal,
  planRerun,
  putSettings,
  type RetrainStatus,
  readRunReport,
  readSettings,
  readVersionReport,
  runIdOf,
  type TrainerAdmin,
} from "../src/retraining/index.ts";
import { followSettings, ownTypes, startRetrain } from "./trainer-start.ts";
import { statusOf } from "./trainer-status.ts";

/** RPC for the edge's admin routes: start, follow, set, promote, roll back. */
export class Admin extends WorkerEntrypoint<TrainerEnv> implements TrainerAdmin {
  async startRetrain(tenant: string, { seed, reason }: { seed?: number; reason: string }) {
    return startRetrain(this.env, { tenant, seed, reason, nowMs: Date.now() });
  }

  async startRerun(tenant: string, run: string) {
    const nowMs = Date.now();
    const store = r2ObjectStore(this.env.LAKE);
    const ports = { lake: openLake(store, { clock: Date.now }), store };
    const plan = await planRerun(ports, { tenant, run, nowMs });
    if (!plan.ok) return { refusal: plan.error };
    return startRetrain(this.env, { tenant, ...plan.value, reason: "rerun", nowMs });
  }

  retrainStatus(tenant: string, runId: string): Promise<RetrainStatus | null> {
    return statusOf(this.env, tenant, runId);
  }

  async listModels(tenant: string) {
    const store = r2ObjectStore(this.env.LAKE);
    const lake = openLake(store, { clock: Date.now });
    const [current, versions, runs] = await Promise.all([
      readPointer(store, tenant),
      listVersions(store, tenant),
      listRuns(lake, tenant, Date.now()),
    ]);
    return { live: current?.pointer ?? null, versions, runs };
  }

  getModel(tenant: string, version: string) {
    return readManifest(r2ObjectStore(this.env.LAKE), tenant, version);
  }

  runReport(tenant: string, runId: string) {
    return readRunReport(r2ObjectStore(this.env.LAKE), tenant, runId);
  }

  versionReport(tenant: string, version: string) {
    return readVersionReport(r2ObjectStore(this.env.LAKE), tenant, version);
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

  async getSettings(tenant: string) {
    const { settings, error } = await readSettings(r2ObjectStore(this.env.LAKE), tenant);
    return { settings, error };
  }

  async putSettings(tenant: string, patch: SettingsPatch) {
    const nowMs = Date.now();
    const store = r2ObjectStore(this.env.LAKE);
    const { settings: before } = await readSettings(store, tenant);
    const written = await putSettings(store, tenant, patch, () => ownTypes(this.env, tenant));
    if (!written.ok) return { error: written.error };
    if (written.value.version === before.version) return { settings: before, runId: null };
    const { settings } = await followSettings(this.env, tenant, nowMs);
    return { settings, runId: runIdOf(tenant, "settings", nowMs) };
  }
}

function plain(result: Result<Pointer, PointerError>): Pointer | PointerRefusal {
  return result.ok ? result.value : { error: result.error.message, code: result.error.code };
}
