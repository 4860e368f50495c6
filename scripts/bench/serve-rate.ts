import { type Latencies, percentile } from "./latency.ts";
import type { LoadGenerator, LoadRequest, LoadRound } from "./load.ts";

/** More than ever wait at once while a rate holds. */
const CONNECTIONS = 128;
/** Between the highest rate that held and the lowest that did not. */
const PRECISION = 0.05;
const RATE_FIRST = 50;
const RATE_MAX = 6_400;
/** Below it a rate says little: a machine on which it does not hold is too slow, or too busy, to be measured. */
export const RATE_MIN = 5;

export interface Offer {
  url: string;
  request: () => LoadRequest;
  ratePerSecond: number;
  seconds: number;
}

/** So many requests a second, whatever becomes of them. */
export function offer(
  load: LoadGenerator,
  { url, request, ratePerSecond, seconds }: Offer,
): Promise<LoadRound> {
  const count = Math.max(1, Math.round(ratePerSecond * seconds));
  const requests = Array.from({ length: count }, request);
  return load.run({ url, requests, connections: CONNECTIONS, refuse: [], ratePerSecond, keepAnswers: true });
}

/**
 * The highest rate a second at which so large a share of the answers takes less than the limit, all of them from the model; 0 where not
 * even `RATE_MIN` does. Steps double until one fails, or halve until one holds; then they halve the distance. Throws at an answer other than 200.
 */
export async function highestRate(
  load: LoadGenerator,
  offered: Omit<Offer, "ratePerSecond">,
  limit: { share: number; ms: number },
): Promise<number> {
  const holds = async (ratePerSecond: number) => {
    const { latenciesMs, answers = [] } = await offer(load, { ...offered, ratePerSecond });
    const failed = answers.find(({ status }) => status !== 200);
    if (failed !== undefined) throw new Error(`an answer was ${failed.status}: ${failed.text.slice(0, 300)}`);
    const sorted = [...latenciesMs].sort((a, b) => a - b);
    return percentile(sorted, limit.share) < limit.ms && !answers.some(({ text }) => isDegraded(text));
  };
  let [held, failed] = [0, RATE_FIRST];
  while (failed <= RATE_MAX && (await holds(failed))) [held, failed] = [failed, 2 * failed];
  while (held === 0 && failed > RATE_MIN) {
    const lower = Math.max(RATE_MIN, Math.round(failed / 2));
    if (await holds(lower)) held = lower;
    else failed = lower;
  }
  if (held === 0) return 0;
  while (failed <= RATE_MAX && failed - held > PRECISION * held) {
    const middle = Math.round((held + failed) / 2);
    if (await holds(middle)) held = middle;
    else failed = middle;
  }
  return held;
}

export function isDegraded(text: string): boolean {
  return text.includes('"degraded"');
}

/** What each latency has over the other's; two machines' worth of noise may make one negative. */
export function above(latencies: Latencies, floor: Latencies): Latencies {
  const over = (name: keyof Latencies) => Number((latencies[name] - floor[name]).toFixed(3));
  return { p50Ms: over("p50Ms"), p95Ms: over("p95Ms"), p99Ms: over("p99Ms") };
}
