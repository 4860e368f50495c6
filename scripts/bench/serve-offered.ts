import { type Latencies, latenciesOf } from "./latency.ts";
import type { LoadGenerator } from "./load.ts";
import { cpuSecondsOf } from "./quality/cpu.ts";
import type { Questions } from "./serve-questions.ts";
import { above, highestRate, isDegraded, offer } from "./serve-rate.ts";
import type { Site } from "./site.ts";

export interface Offered {
  /** At a rate that does not wait for answers, the two in turn; latency counts from when a request was due. */
  offered: { ratePerSecond: number; empty: Latencies; live: Latencies; aboveEmpty: Latencies };
  /** Of workerd's whole process at that rate: edge, scorer, HTTP and the simulators of its stores. */
  processCpuMsPerAnswer: number;
  /** Live answers a second that hold p90 < 7 ms, the load generator on the same processors. */
  maxRateP90Below7Ms: number;
}

const RATE_PER_SECOND = 200;
const ROUND_SECONDS = 4;
const HELD = { share: 0.9, ms: 7 };

export async function measureOffered(
  load: LoadGenerator,
  { site, emptyUrl, questions }: { site: Site; emptyUrl: string; questions: Questions },
  { offeredRounds, stepSeconds }: { offeredRounds: number; stepSeconds: number },
): Promise<Offered> {
  const empty: number[] = [];
  const live: number[] = [];
  let cpuSeconds = 0;
  const rate = { ratePerSecond: RATE_PER_SECOND, seconds: Math.min(ROUND_SECONDS, 4 * stepSeconds) };
  for (let round = 0; round < offeredRounds; round++) {
    const floor = await offer(load, { url: emptyUrl, request: () => ({ path: "/" }), ...rate });
    empty.push(...floor.latenciesMs);
    const begun = cpuSecondsOf(site.workerdPid);
    const { latenciesMs, answers = [] } = await offer(load, {
      ...{ url: site.url, request: questions.live, ...rate },
    });
    cpuSeconds += cpuSecondsOf(site.workerdPid) - begun;
    const failed = answers.find(({ status, text }) => status !== 200 || isDegraded(text));
    if (failed !== undefined) throw new Error(`offered: ${failed.status} ${failed.text.slice(0, 300)}`);
    live.push(...latenciesMs);
  }
  const [emptyMs, liveMs] = [latenciesOf(empty), latenciesOf(live)];
  const step = { url: site.url, request: questions.live, seconds: stepSeconds };
  return {
    offered: {
      ratePerSecond: RATE_PER_SECOND,
      empty: emptyMs,
      live: liveMs,
      aboveEmpty: above(liveMs, emptyMs),
    },
    processCpuMsPerAnswer: Math.round((100_000 * cpuSeconds) / live.length) / 100,
    maxRateP90Below7Ms: await highestRate(load, step, HELD),
  };
}
