import { SCENARIOS_MAX } from "../../base/index.ts";
import type { ScenarioVersion } from "../../features/index.ts";
import { keepConfigChanges, scenarioChange } from "../config-changes.ts";
import type { ConfigPorts } from "../keys.ts";
import type { ScenarioCall, ScenarioRefusal } from "./admin.ts";
import { type PublishPorts, publishScenarios } from "./publish.ts";
import { insertVersion, listScenarios, newestVersion, readVersion } from "./rows.ts";

export type ScenarioPorts = ConfigPorts & PublishPorts;

type TimedCall = ScenarioCall & { nowMs: number };

/** Scenarios are written by people: two at the same moment are rare, forty are none. */
const ATTEMPTS_MAX = 40;

/**
 * Replaces the whole of a scenario. Two calls at once that expect no version become two versions, one after the other; of those that
 * expect the same one, one is kept and the others are told of the conflict.
 */
export async function putScenario(
  ports: ScenarioPorts,
  tenant: string,
  { name, config, ...call }: TimedCall & { name: string; config: Record<string, unknown> },
): Promise<ScenarioVersion | ScenarioRefusal> {
  return makeVersion(ports, tenant, { name, config, action: "scenario.put", ...call });
}

/** The version that deleted it; null for a name that never had one. */
export async function deleteScenario(
  ports: ScenarioPorts,
  tenant: string,
  { name, ...call }: TimedCall & { name: string },
): Promise<ScenarioVersion | null | ScenarioRefusal> {
  if ((await newestVersion(ports.core, tenant, name)) === null) return null;
  return makeVersion(ports, tenant, { name, config: null, action: "scenario.delete", ...call });
}

/** A new version with the configuration of an earlier one; null when that has none. */
export async function restoreScenario(
  ports: ScenarioPorts,
  tenant: string,
  { name, version, ...call }: TimedCall & { name: string; version: number },
): Promise<ScenarioVersion | null | ScenarioRefusal> {
  const earlier = await readVersion(ports.core, tenant, { name, version });
  if (earlier === null || earlier.config === null) return null;
  return makeVersion(ports, tenant, { name, config: earlier.config, action: "scenario.restore", ...call });
}

interface Change extends TimedCall {
  name: string;
  /** Null deletes it. */
  config: Record<string, unknown> | null;
  action: string;
}

/**
 * The lake is told first; D1 takes the version only if no other has come by its number, else the next one is tried. KV comes last: what
 * the edge sees is kept. What is asked for and stands already makes no version, so that repeating a call repairs a KV write that failed.
 */
async function makeVersion(
  ports: ScenarioPorts,
  tenant: string,
  { name, config, action, actor, nowMs, expectedVersion }: Change,
): Promise<ScenarioVersion | ScenarioRefusal> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const seen = await newestVersion(ports.core, tenant, name);
    const live = seen === null || seen.config === null ? 0 : seen.version;
    if (seen !== null && JSON.stringify(seen.config) === JSON.stringify(config)) {
      await publishScenarios(ports, tenant);
      return seen;
    }
    if (expectedVersion !== undefined && expectedVersion !== live)
      return { error: "conflict", version: live };
    if (live === 0 && (await listScenarios(ports.core, tenant)).length >= SCENARIOS_MAX)
      return { error: "too_many" };
    const atMs = Math.max(nowMs, (seen?.updatedAtMs ?? 0) + 1) + attempt;
    const next = { name, version: (seen?.version ?? 0) + 1, config, updatedAtMs: atMs, actor };
    await keepConfigChanges(ports.lake, [scenarioChange(tenant, next, { action, actor })]);
    if (await insertVersion(ports.core, tenant, next)) {
      await publishScenarios(ports, tenant);
      return next;
    }
    await keepWinner(ports, tenant, next);
  }
  return { error: "contended" };
}

/** Of the rows of one version the latest stands when D1 is made again: what this call wrote before it lost must not be it. */
async function keepWinner(
  { core, lake }: Pick<ScenarioPorts, "core" | "lake">,
  tenant: string,
  lost: ScenarioVersion,
): Promise<void> {
  const winner = await readVersion(core, tenant, lost);
  if (winner === null || winner.updatedAtMs > lost.updatedAtMs) return;
  const stands = { ...winner, updatedAtMs: lost.updatedAtMs + 1 };
  await keepConfigChanges(lake, [
    scenarioChange(tenant, stands, { action: "scenario.keep", actor: lost.actor }),
  ]);
}
