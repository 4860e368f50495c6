import { assert } from "../src/base/index.ts";
import { readOverlay } from "../src/catalogue/index.ts";
import { TENANT_PATTERN } from "../src/events/index.ts";
import { recordServed, type ServedCounts } from "../src/features/index.ts";
import { type Lake, openLake } from "../src/lake/index.ts";
import {
  beginImport,
  diagnose,
  exportUser,
  type Held,
  readActivity,
  readAudit,
  readCosts,
  readOutcome,
  readServing,
  runningHoldouts,
} from "../src/ops/index.ts";
import { readManifest, readPointer } from "../src/registry/index.ts";
import { ExploreEntrypoint } from "./pipeline-explore.ts";
import { objectStore } from "./pipeline-ports.ts";

/** What somebody who looks is told: reads of the lake and of D1, for people and not for the hot path. */
export class InsightEntrypoint extends ExploreEntrypoint {
  async activity(tenant: string) {
    const lake = this.#lake(tenant);
    return readActivity({ profiles: this.env.PROFILES_0, lake }, tenant, Date.now());
  }

  async countServed(told: { tenant: string; counts: ServedCounts }[]) {
    await recordServed(this.env.PROFILES_0, told, Date.now());
  }

  async serving(tenant: string) {
    return readServing(this.env.PROFILES_0, tenant, Date.now());
  }

  async costs(tenant: string, days: number) {
    const { DB: core, PROFILES_0: profiles } = this.env;
    const ports = { core, profiles, lake: this.#lake(tenant), held: () => this.#held(tenant) };
    return readCosts(ports, tenant, { nowMs: Date.now(), days });
  }

  async outcome(tenant: string, fromMs: number) {
    const holdouts = await runningHoldouts(this.env.DB, tenant, Date.now());
    return readOutcome(this.#lake(tenant), { tenant, fromMs, holdouts });
  }

  async audit(tenant: string, limit: number) {
    return readAudit(this.#lake(tenant), { tenant, limit });
  }

  async exportUser(tenant: string, userId: string) {
    return exportUser({ core: this.env.DB, lake: this.#lake(tenant) }, tenant, { userId });
  }

  async doctor(tenant: string) {
    const { DB: core, PROFILES_0: profiles } = this.env;
    return diagnose({ core, profiles, lake: this.#lake(tenant) }, tenant, Date.now());
  }

  async beginImport(tenant: string, fingerprint: string) {
    assert(TENANT_PATTERN.test(tenant), `"${tenant}" is no tenant`);
    return beginImport(objectStore(this.env), tenant, { fingerprint, nowMs: Date.now() });
  }

  async #held(tenant: string): Promise<Held> {
    const store = objectStore(this.env);
    const [overlay, live, waiting] = await Promise.all([
      readOverlay(store, tenant),
      readPointer(store, tenant),
      // Told by the platform alone.
      this.env.EVENTS.metrics().then(
        ({ backlogBytes }) => backlogBytes,
        () => null,
      ),
    ]);
    const manifest = live === null ? null : await readManifest(store, tenant, live.pointer.version);
    return {
      backlogBytes: waiting,
      overlayItems: overlay === null ? 0 : Object.keys(overlay.overlay.items).length,
      modelItems: manifest?.itemCount ?? null,
    };
  }

  #lake(tenant: string): Lake {
    assert(TENANT_PATTERN.test(tenant), `"${tenant}" is no tenant`);
    return openLake(objectStore(this.env));
  }
}
