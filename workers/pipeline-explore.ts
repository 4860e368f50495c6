import { assert } from "../src/base/index.ts";
import { TENANT_PATTERN } from "../src/events/index.ts";
import { type ExploreAdmin, explorer } from "../src/ops/index.ts";
import { ScenarioEntrypoint } from "./pipeline-scenarios.ts";

/** Looks at single users and items. */
export class ExploreEntrypoint extends ScenarioEntrypoint implements ExploreAdmin {
  async userHistory(tenant: string, question: { userId: string; limit: number }) {
    return this.#explorer(tenant).userHistory(tenant, question);
  }

  async findUsers(tenant: string, question: { prefix: string; limit: number }) {
    return this.#explorer(tenant).findUsers(tenant, question);
  }

  async findItems(tenant: string, question: { text: string; limit: number }) {
    return this.#explorer(tenant).findItems(tenant, question);
  }

  async itemCounts(tenant: string, itemId: string) {
    return this.#explorer(tenant).itemCounts(tenant, itemId);
  }

  #explorer(tenant: string): ExploreAdmin {
    assert(TENANT_PATTERN.test(tenant), `"${tenant}" is no tenant`);
    return explorer({ core: this.env.DB, profiles: this.env.PROFILES_0, nowMs: Date.now() });
  }
}
