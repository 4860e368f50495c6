import { assert } from "../src/base/index.ts";
import { TENANT_PATTERN } from "../src/events/index.ts";
import { openLake } from "../src/lake/index.ts";
import {
  deleteScenario,
  getScenario,
  listScenarios,
  putScenario,
  restoreScenario,
  type ScenarioAdmin,
  type ScenarioCall,
  type ScenarioPorts,
  scenarioVersions,
  type VersionRange,
} from "../src/ops/index.ts";
import { DataEntrypoint } from "./pipeline-data.ts";
import { objectStore, wait } from "./pipeline-ports.ts";

/** The scenarios' part of `Admin`. */
export class ScenarioEntrypoint extends DataEntrypoint implements ScenarioAdmin {
  async listScenarios(tenant: string) {
    return listScenarios(this.#ports(tenant).core, tenant);
  }

  async getScenario(tenant: string, name: string) {
    return getScenario(this.#ports(tenant).core, tenant, name);
  }

  async scenarioVersions(tenant: string, name: string, range: VersionRange) {
    return scenarioVersions(this.#ports(tenant).core, tenant, { name, ...range });
  }

  async putScenario(
    tenant: string,
    scenario: { name: string; config: Record<string, unknown> },
    call: ScenarioCall,
  ) {
    return putScenario(this.#ports(tenant), tenant, { ...scenario, ...call, nowMs: Date.now() });
  }

  async deleteScenario(tenant: string, name: string, call: ScenarioCall) {
    return deleteScenario(this.#ports(tenant), tenant, { name, ...call, nowMs: Date.now() });
  }

  async restoreScenario(tenant: string, of: { name: string; version: number }, call: ScenarioCall) {
    return restoreScenario(this.#ports(tenant), tenant, { ...of, ...call, nowMs: Date.now() });
  }

  #ports(tenant: string): ScenarioPorts {
    assert(TENANT_PATTERN.test(tenant), `"${tenant}" is no tenant`);
    const lake = openLake(objectStore(this.env), { clock: Date.now });
    return { core: this.env.DB, kv: this.env.KV, lake, wait };
  }
}
