import type { D1Database } from "@cloudflare/workers-types";
import { DAY_MS, MINUTE_MS } from "../base/index.ts";
import type { ScenarioVersion } from "../features/index.ts";
import { listScenarios, scenarioVersions } from "./scenarios/rows.ts";

/** A scenario that gives a share of its visitors the popular list now. */
export interface Holdout {
  scenario: string;
  share: number;
  /** Since when lists are assigned by this share; 31 days ago at most. */
  sinceMs: number;
}

const DAYS_MAX = 31;
const VERSIONS_AT_ONCE = 100;

/**
 * The holdouts that run, by scenario. A share that is changed moves visitors from one variant to the other, who have seen the other's lists by then: what came
 * before is another experiment. Other changes of a scenario are of both variants alike.
 */
export async function runningHoldouts(core: D1Database, tenant: string, nowMs: number): Promise<Holdout[]> {
  const live = (await listScenarios(core, tenant)).filter(({ config }) => shareOf(config) > 0);
  return Promise.all(
    live.map(async (newest) => ({
      scenario: newest.name,
      share: shareOf(newest.config),
      sinceMs: Math.max(await sinceOf(core, tenant, newest), nowMs - DAYS_MAX * DAY_MS),
    })),
  );
}

async function sinceOf(core: D1Database, tenant: string, newest: ScenarioVersion): Promise<number> {
  const { name } = newest;
  const share = shareOf(newest.config);
  let oldest = newest;
  for (;;) {
    const range = { name, before: oldest.version, limit: VERSIONS_AT_ONCE };
    const older = await scenarioVersions(core, tenant, range);
    for (const version of older) {
      if (shareOf(version.config) === share) {
        oldest = version;
        continue;
      }
      // For a minute some lists are still made by the version before; without a holdout they name no variant.
      return oldest.updatedAtMs + (shareOf(version.config) > 0 ? MINUTE_MS : 0);
    }
    if (older.length < VERSIONS_AT_ONCE) return oldest.updatedAtMs;
  }
}

/** 0 where nobody is held out, or nothing is stored. */
function shareOf(config: ScenarioVersion["config"]): number {
  const { holdout } = config ?? {};
  if (typeof holdout !== "object" || holdout === null || !("share" in holdout)) return 0;
  return typeof holdout.share === "number" ? holdout.share : 0;
}
