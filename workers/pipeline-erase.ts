import { openLake, WAREHOUSE_URI } from "../src/lake/index.ts";
import { type EraseOutcome, eraseUsers } from "../src/ops/index.ts";
import { findSegments, JOBS } from "./pipeline-jobs.ts";
import { objectStore } from "./pipeline-ports.ts";

/** Files of one call: each is read and written whole, some seconds of CPU at full size. */
const UNITS_MAX = 20;

/** A share of taking deleted users out of the lake: when they have waited a week, or, with `force`, now. */
export function eraseDeleted(
  env: PipelineEnv,
  nowMs: number,
  { force }: { force: boolean },
): Promise<EraseOutcome> {
  const store = objectStore(env);
  const ports = {
    lake: openLake(store, { clock: Date.now }),
    store,
    warehouseUri: WAREHOUSE_URI,
    core: env.DB,
    profiles: env.PROFILES_0,
    refine: () => JOBS.refine(env, nowMs),
    findSegments: () => findSegments(env, nowMs, { force: true }),
    newRunName: () => crypto.randomUUID(),
    clock: Date.now,
  };
  return eraseUsers(ports, { nowMs, unitsMax: UNITS_MAX, force });
}

/** Shares of one cron's run: an hourly one has fifteen minutes, which others want some of; an erasure goes on an hour later. */
const SHARES_MAX = 5;

/** Deletions that have waited long enough, and an erasure that is under way. */
export async function eraseDue(env: PipelineEnv, nowMs: number): Promise<void> {
  for (let share = 0; share < SHARES_MAX; share++) {
    if ((await eraseDeleted(env, nowMs, { force: false })).done) return;
  }
}
