import { availableParallelism } from "node:os";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { MINUTE_MS } from "../../src/base/index.ts";
import { failingChecks, readReport } from "../../src/quality/index.ts";
import type { FailingCheck, RetrainPorts } from "../../src/retraining/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { tryVersion } from "../../src/scoring/index.ts";
import { runJob } from "../lake/jobs.ts";
import type { Site } from "./site.ts";

/** As the Workers have it: a report of this age will do. */
const REPORT_AGE_MS_MAX = 10 * MINUTE_MS;

/**
 * What the trainer Worker gives a retrain, on Node: the same store, the engine on all cores, and the lake's jobs done by the site's own
 * Workers, which alone write its tables.
 */
export function wholePorts(
  site: Site,
  { onProgress, say }: Pick<RetrainPorts, "onProgress"> & { say(line: string): void },
): RetrainPorts {
  const { store } = site;
  const engine = nodeEngine({ threads: availableParallelism() });
  return {
    store,
    engine,
    tryInScorer: ({ tenant, version }) => tryVersion({ store, engine, sleep }, tenant, version),
    async makeCurrent() {
      await runJob(site.root, "commit");
      await runJob(site.root, "refine");
    },
    dataQuality: (tenant) => failingNow(site, tenant, say),
    yieldTo: () => setImmediate(),
    ...(onProgress === undefined ? {} : { onProgress }),
    clock: Date.now,
  };
}

/** By the latest report where none can be made, as in the Workers: a reporter that fails keeps no model from being renewed. */
async function failingNow(site: Site, tenant: string, say: (line: string) => void): Promise<FailingCheck[]> {
  const known = await readReport(site.store);
  const isFresh = known?.complete === true && Date.now() - known.atMs <= REPORT_AGE_MS_MAX;
  if (!isFresh) {
    await runJob(site.root, "quality").catch((cause: unknown) =>
      say(`no new report on the data could be made, the latest one counts: ${cause}`),
    );
  }
  const report = await readReport(site.store);
  return report === null ? [] : failingChecks(report, tenant);
}
