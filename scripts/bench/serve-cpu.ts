import { activeOf } from "./cost/measured.ts";
import type { LoadGenerator, LoadRequest } from "./load.ts";
import { offer } from "./serve-rate.ts";
import { EDGE, SCORER, type Site } from "./site.ts";

/** Well below what any catalogue here can answer: nothing waits. */
const RATE_PER_SECOND = 50;

/**
 * Milliseconds of CPU that an answer takes in the isolates of edge and scorer together, by the samples of a profiler in each: what the platform
 * bills. What HTTP, the runtime and its simulators of stores take beside them is in the whole process's figure only.
 */
export async function measureAnswerCpu(
  load: LoadGenerator,
  site: Site,
  request: () => LoadRequest,
  seconds: number,
): Promise<number> {
  const offered = { url: site.url, request, ratePerSecond: RATE_PER_SECOND, seconds };
  // Code that has just begun to run is slow.
  await offer(load, offered);
  let answers = 0;
  const cpuMs = await activeOf(site, [EDGE, SCORER], async () => {
    answers = (await offer(load, offered)).latenciesMs.length;
  });
  return Math.round((100 * cpuMs) / answers) / 100;
}
