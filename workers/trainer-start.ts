import { MINUTE_MS, r2ObjectStore } from "../src/base/index.ts";
import { listTenants, readStoredTenant } from "../src/features/index.ts";
import type { TrainingSettings } from "../src/registry/index.ts";
import {
  findOpen,
  markOpen,
  noticeSettings,
  type Rerun,
  readSettings,
  runIdOf,
} from "../src/retraining/index.ts";
import { standingOf } from "./trainer-status.ts";

interface RetrainRequest {
  tenant: string;
  /** The settings' where absent. */
  seed?: number | undefined;
  reason: string;
  nowMs: number;
  rerun?: Rerun;
  /** Those in force where absent. */
  settings?: TrainingSettings;
}

/** Starting a run that exists already is no error: a cron that is delivered twice means one run. */
export async function startRetrain(env: TrainerEnv, { nowMs, ...request }: RetrainRequest) {
  const { tenant } = request;
  const store = r2ObjectStore(env.LAKE);
  const runId = runIdOf(tenant, request.reason, nowMs);
  const settings = request.settings ?? (await readSettings(store, tenant)).settings;
  const params = {
    ...request,
    settings,
    seed: request.seed ?? settings.seed,
    runId,
    requestedAtMs: nowMs,
  };
  // A run again publishes nothing that another could overtake.
  if (request.rerun === undefined) await markOpen(store, tenant, runId);
  try {
    await env.RETRAIN.create({ id: runId, params });
  } catch (error) {
    if ((await env.RETRAIN.get(runId).catch(() => null)) === null) throw error;
  }
  return { runId };
}

/** Takes a parameter file into force that is another one than last time, and starts a run by it. */
export function followSettings(env: TrainerEnv, tenant: string, nowMs: number) {
  const start = (settings: TrainingSettings) =>
    startRetrain(env, { tenant, reason: "settings", nowMs, settings });
  return noticeSettings(r2ObjectStore(env.LAKE), tenant, start, () => ownTypes(env, tenant));
}

/** Event types that the tenant has declared. */
export async function ownTypes(env: TrainerEnv, tenant: string): Promise<readonly string[]> {
  return (await readStoredTenant(env.DB, tenant))?.customEventTypes ?? [];
}

/** The hour of the day, UTC, in which daily runs begin: the small hours of most of the world's shops. */
const DAILY_HOUR = 3;

/**
 * One run per tenant and minute: its id is made of both, so a cron that is delivered twice starts one run; what it reads is as of that
 * minute. None while another is under way: a search takes hours, and runs beside it would search as well, until the slowest, which
 * knows least, is the last to go live.
 */
export async function startScheduled(env: TrainerEnv, tenant: string, scheduledMs: number): Promise<void> {
  const minuteMs = Math.floor(scheduledMs / MINUTE_MS) * MINUTE_MS;
  const store = r2ObjectStore(env.LAKE);
  const { schedule } = (await readSettings(store, tenant)).settings;
  if (schedule === "off") return;
  if (schedule === "daily" && new Date(minuteMs).getUTCHours() !== DAILY_HOUR) return;
  const open = await findOpen(store, tenant, {
    nowMs: minuteMs,
    standing: (runId) => standingOf(env, tenant, runId),
  });
  if (open !== null) {
    const told = `no scheduled run: ${open} is under way`;
    console.log(JSON.stringify({ level: "info", where: "schedule", tenant, told }));
    return;
  }
  await startRetrain(env, { tenant, reason: "cron", nowMs: minuteMs });
}

/** One tenant's failure is told, and keeps nobody else waiting. */
export async function forEachTenant(
  env: TrainerEnv,
  what: string,
  run: (tenant: string) => Promise<unknown>,
): Promise<void> {
  for (const tenant of await listTenants(env.DB)) {
    try {
      await run(tenant);
    } catch (error) {
      console.warn(`${what} of ${tenant} failed: ${error instanceof Error ? error.message : error}`);
    }
  }
}
