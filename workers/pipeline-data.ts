import { assert } from "../src/base/index.ts";
import { TENANT_PATTERN } from "../src/events/index.ts";
import { listTenants } from "../src/features/index.ts";
import { openLake, QUARANTINE } from "../src/lake/index.ts";
import {
  type DataAdmin,
  type ReplayRequest,
  readSetAside,
  readSnapshots,
  readTables,
  type SetAsideQuestion,
} from "../src/ops/index.ts";
import { LakeEntrypoint } from "./pipeline-lake.ts";
import { objectStore } from "./pipeline-ports.ts";
import { replay } from "./pipeline-replay.ts";

/** What a tenant may see of the lake and of what was set aside, and take back of its own. */
export class DataEntrypoint extends LakeEntrypoint implements DataAdmin {
  async lakeTables(tenant: string) {
    return readTables(this.#lake(tenant), { tenant, isAlone: await this.#isAlone(tenant) });
  }

  async tableSnapshots(tenant: string, table: string) {
    return readSnapshots(this.#lake(tenant), table, { isAlone: await this.#isAlone(tenant) });
  }

  async setAside(tenant: string, question: SetAsideQuestion) {
    return readSetAside(this.#lake(tenant), { tenant, ...question });
  }

  async replayOwn(tenant: string, request: Omit<ReplayRequest, "tenant">) {
    const lake = this.#lake(tenant);
    const nowMs = Date.now();
    const outcome = await replay(this.env, { ...request, tenant }, nowMs);
    if (outcome !== null && outcome.cursor === undefined && !request.isDryRun) {
      // Who looks next should see what was taken back. Where others commit all the time, the minute's round will do.
      await lake.commitPending(QUARANTINE, { nowMs, force: true }).catch(() => undefined);
    }
    return outcome;
  }

  /** Where there is no other tenant, the lake's own totals are this one's. */
  async #isAlone(tenant: string): Promise<boolean> {
    return (await listTenants(this.env.DB)).every((name) => name === tenant);
  }

  #lake(tenant: string) {
    assert(TENANT_PATTERN.test(tenant), `"${tenant}" is no tenant`);
    return openLake(objectStore(this.env), { clock: Date.now });
  }
}
