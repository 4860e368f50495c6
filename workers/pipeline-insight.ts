import { assert } from "../src/base/index.ts";
import { TENANT_PATTERN } from "../src/events/index.ts";
import { type Lake, openLake } from "../src/lake/index.ts";
import { exportUser, readActivity, readAudit, readOutcome } from "../src/ops/index.ts";
import { objectStore } from "./pipeline-ports.ts";
import { ScenarioEntrypoint } from "./pipeline-scenarios.ts";

/** What somebody who looks is told: reads of the lake and of D1, for people and not for the hot path. */
export class InsightEntrypoint extends ScenarioEntrypoint {
  async activity(tenant: string) {
    const lake = this.#lake(tenant);
    return readActivity({ profiles: this.env.PROFILES_0, lake }, tenant, Date.now());
  }

  async outcome(tenant: string, fromMs: number) {
    return readOutcome(this.#lake(tenant), { tenant, fromMs });
  }

  async audit(tenant: string, limit: number) {
    return readAudit(this.#lake(tenant), { tenant, limit });
  }

  async exportUser(tenant: string, userId: string) {
    return exportUser({ core: this.env.DB, lake: this.#lake(tenant) }, tenant, { userId });
  }

  #lake(tenant: string): Lake {
    assert(TENANT_PATTERN.test(tenant), `"${tenant}" is no tenant`);
    return openLake(objectStore(this.env));
  }
}
