import type { StoredEvent } from "../src/events/index.ts";
import { applyLate, listTenants, publishSegments, readStoredTenant } from "../src/features/index.ts";
import { maintain, openLake, WAREHOUSE_URI } from "../src/lake/index.ts";
import type { LakeJob, LakeJobOutcome } from "../src/ops/index.ts";
import {
  countSegments,
  type RefinePorts,
  type RefreshedSegments,
  refine,
  refreshSegments,
  remakeGold,
  type SegmentPorts,
  type SegmentsCounted,
} from "../src/refining/index.ts";
import { eraseDeleted } from "./pipeline-erase.ts";
import { makeFeatures } from "./pipeline-features.ts";
import { objectStore } from "./pipeline-ports.ts";
import { reportQuality } from "./pipeline-quality.ts";

/** Input rows of one unit: a cron under an hour has 30 s of CPU, and each of the jobs' units takes a few. */
const REFINE_ROWS_MAX = 100_000;

/** Units of one call: a merge of a full size takes some seconds of CPU, and an hourly cron has fifteen minutes. */
const MAINTENANCE_UNITS_MAX = 20;

/** The crons' work on the lake, a bounded share a call, for who wants it now. */
export const JOBS: Record<LakeJob, (env: PipelineEnv, nowMs: number) => Promise<LakeJobOutcome>> = {
  async commit(env, nowMs) {
    const { committed, faults } = await openLake(objectStore(env), { clock: Date.now }).commitAllPending({
      nowMs,
      force: true,
    });
    return { done: faults.length === 0, committed, faults };
  },

  async refine(env, nowMs) {
    const { done, runs } = await refine(refinePorts(env, nowMs), { nowMs, rowsMax: REFINE_ROWS_MAX });
    return { done, runs };
  },

  async maintain(env, nowMs) {
    const limits = { nowMs, unitsMax: MAINTENANCE_UNITS_MAX };
    const options = { ...limits, warehouseUri: WAREHOUSE_URI, clock: Date.now };
    const { done, units, faults } = await maintain(objectStore(env), options);
    return { done, units, faults };
  },

  async segments(env, nowMs) {
    return { done: true, ...(await findSegments(env, nowMs, { force: true })) };
  },

  features: makeFeatures,

  async erase(env, nowMs) {
    return { ...(await eraseDeleted(env, nowMs, { force: true })) };
  },

  async quality(env, nowMs) {
    const { done, report } = await reportQuality(env, nowMs, { isAsked: true });
    const { complete, reconciliation } = report;
    const { differences, hoursOpen } = reconciliation;
    return { done, complete, differences: differences.length, hours_open: hoursOpen };
  },
};

/** Gold is begun again from silver alone; what is left of it then is `refine`'s. */
export async function beginGoldAnew(env: PipelineEnv, nowMs: number): Promise<void> {
  await remakeGold(refinePorts(env, nowMs), { nowMs, rowsMax: REFINE_ROWS_MAX });
}

function refinePorts(env: PipelineEnv, nowMs: number): RefinePorts {
  const store = objectStore(env);
  return {
    lake: openLake(store, { clock: Date.now }),
    store,
    applyLate: (events: readonly StoredEvent[]) =>
      applyLate({ core: env.DB, profiles: [env.PROFILES_0] }, events, nowMs),
    newRunName: () => crypto.randomUUID(),
    clock: Date.now,
  };
}

/** What visitors of a land, a device, a part of the day or a referrer turn to: the lists of segments are made from it. */
export function countTrends(env: PipelineEnv, nowMs: number): Promise<SegmentsCounted | null> {
  const store = objectStore(env);
  const lake = openLake(store, { clock: Date.now });
  return countSegments({ lake, store }, { nowMs, run: crypto.randomUUID() });
}

/** Due segments by the clock and by their declarations; `force`: all of them. */
export async function findSegments(
  env: PipelineEnv,
  nowMs: number,
  { force = false }: { force?: boolean } = {},
): Promise<RefreshedSegments> {
  const ports: SegmentPorts = {
    lake: openLake(objectStore(env), { clock: Date.now }),
    async declared() {
      const tenants = await listTenants(env.DB);
      const configs = await Promise.all(tenants.map((tenant) => readStoredTenant(env.DB, tenant)));
      return configs.flatMap((config) =>
        config?.segments === undefined ? [] : [{ tenant: config.tenant, segments: config.segments }],
      );
    },
    publish: (tenant, members) => publishSegments(env.PROFILES_0, tenant, members),
    clock: Date.now,
  };
  return refreshSegments(ports, { nowMs, run: crypto.randomUUID(), force });
}
