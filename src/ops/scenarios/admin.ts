import type { ScenarioVersion } from "../../features/index.ts";
import type { Contended } from "../admin.ts";
import type { Actor } from "../config-changes.ts";

/** Why a scenario stays as it is. */
export type ScenarioRefusal =
  /** It is not the version that the caller has seen; `version`: the live one, 0 for none. */
  | { error: "conflict"; version: number }
  /** The tenant has `SCENARIOS_MAX` of them. */
  | { error: "too_many" }
  | Contended;

export interface ScenarioCall {
  actor: Actor;
  /** Change it only if this is the live version; 0: only if there is none. */
  expectedVersion?: number;
}

export interface VersionRange {
  /** Versions below this one; from the newest without it. */
  before?: number;
  limit: number;
}

/**
 * The scenarios' part of the pipeline's `Admin`. What a configuration may say is the caller's to check. Effective at the edge within
 * 60 s. Each call may be repeated: what stands already makes no new version, and is published once more.
 */
export interface ScenarioAdmin {
  /** The live ones, by name. */
  listScenarios(tenant: string): Promise<ScenarioVersion[]>;
  /** The live version; null when there is none. */
  getScenario(tenant: string, name: string): Promise<ScenarioVersion | null>;
  /** Newest first, deletions too; empty for a name that never had one. */
  scenarioVersions(tenant: string, name: string, range: VersionRange): Promise<ScenarioVersion[]>;
  /** Replaces the whole of it. */
  putScenario(
    tenant: string,
    scenario: { name: string; config: Record<string, unknown> },
    call: ScenarioCall,
  ): Promise<ScenarioVersion | ScenarioRefusal>;
  /** The version that deleted it; null for a name that never had one. */
  deleteScenario(
    tenant: string,
    name: string,
    call: ScenarioCall,
  ): Promise<ScenarioVersion | null | ScenarioRefusal>;
  /** Makes an earlier configuration the newest version; null when that version has none. */
  restoreScenario(
    tenant: string,
    of: { name: string; version: number },
    call: ScenarioCall,
  ): Promise<ScenarioVersion | null | ScenarioRefusal>;
}
