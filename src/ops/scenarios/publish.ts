import type { D1Database, KVNamespace } from "@cloudflare/workers-types";
import { SECOND_MS } from "../../base/index.ts";
import { type ScenarioSet, scenariosName } from "../../features/index.ts";
import { newestVersions } from "./rows.ts";

export interface PublishPorts {
  core: D1Database;
  kv: Pick<KVNamespace, "put">;
  wait(ms: number): Promise<void>;
}

/** KV takes one write a second for a name, and refuses the next. A script that stores its scenarios one by one is faster. */
const WRITE_PAUSE_MS = 1.1 * SECOND_MS;
const WRITES_MAX = 5;

/**
 * Writes the live scenarios to where the edge looks; nothing for a tenant that never had one. Two calls at once may write in either
 * order: each looks once more after its write, so that what was written last is what D1 has.
 */
export async function publishScenarios(ports: PublishPorts, tenant: string): Promise<void> {
  let wanted = await liveSet(ports.core, tenant);
  for (let write = 1; wanted !== null; write++) {
    try {
      await ports.kv.put(scenariosName(tenant), wanted);
      const now = await liveSet(ports.core, tenant);
      if (now === wanted) return;
      wanted = now;
    } catch (cause) {
      if (write === WRITES_MAX) throw cause;
      await ports.wait(WRITE_PAUSE_MS);
      wanted = await liveSet(ports.core, tenant);
    }
  }
}

async function liveSet(core: D1Database, tenant: string): Promise<string | null> {
  const newest = await newestVersions(core, tenant);
  if (newest.length === 0) return null;
  const scenarios = newest.flatMap(({ name, version, config, updatedAtMs }) =>
    config === null ? [] : [{ name, version, config, updatedAtMs }],
  );
  return JSON.stringify({ v: 1, scenarios } satisfies ScenarioSet);
}
