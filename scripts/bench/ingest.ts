import { createPrng } from "../../src/base/index.ts";
import type { Event } from "../../src/events/index.ts";
import type { Progress } from "../progress.ts";
import { CRAWLER_AGENT, simulateShop } from "../simulate/index.ts";
import { audit } from "./audit.ts";
import { activeMs } from "./cpu-profile.ts";
import { startCpuProfile } from "./inspector.ts";
import { waitLanded } from "./landing.ts";
import { startLoad } from "./load.ts";
import { openSite, withSite } from "./site.ts";

export interface IngestReport {
  /** Over the time of sending. */
  acceptedPerSecond: number;
  /** Over the time from the first request until the last event is in D1, the Queue's wait included. */
  landedPerSecond: number;
  accepted: number;
  landed: number;
  lost: number;
  duplicated: number;
  /**
   * The pipeline isolate's own time in code, see `activeMs`, of 1,000 events landed. Sampled by the wall clock: on a busy
   * machine it includes waiting for a processor.
   */
  consumerCpuMsPer1000: number;
}

/** What a beacon sends at once. */
const EVENTS_PER_REQUEST = 20;
const CONNECTIONS = 8;
/** Share of requests that are sent twice, as by a client that missed the answer: the second must change nothing. */
const RESENT = 0.03;
/** Measures the pipeline and not the wait: the deployed 5 s would only add a constant. */
const QUEUE_TIMEOUT_S = 1;

/** A month of the demo shop's events as fast as they are taken, and then the question where each of them is. */
export async function benchIngest(
  options: { tiny: boolean; seed: number },
  progress: Progress,
): Promise<IngestReport> {
  const site = await openSite({ queueTimeoutS: QUEUE_TIMEOUT_S, inspectorPort: 0 });
  return withSite(site, async () => {
    const events = shopEvents(options);
    const stopProfile = await startCpuProfile(site.runtime.miniflare, "lakeshore-pipeline");
    const load = startLoad();
    try {
      progress.say(`Sending ${events.length} events, ${EVENTS_PER_REQUEST} a request …`);
      const requests = bodies(events, options.seed).map((body) => ({
        path: `/v1/events?key=${site.publishableKey}`,
        body,
      }));
      const startedMs = performance.now();
      const sent = await load.run({
        url: site.url,
        requests,
        connections: CONNECTIONS,
        refuse: ['"status":"rejected"'],
      });
      await waitLanded(site, events.length, progress);
      const landedSeconds = (performance.now() - startedMs) / 1_000;
      const cpuMs = activeMs(await stopProfile());
      const { landed, lost, duplicated } = await audit(site.runtime, events);
      return {
        acceptedPerSecond: Math.round(events.length / sent.seconds),
        landedPerSecond: Math.round(landed / landedSeconds),
        accepted: events.length,
        landed,
        lost,
        duplicated,
        consumerCpuMsPer1000: Number(((1_000 * cpuMs) / landed).toFixed(1)),
      };
    } finally {
      await load.close();
    }
  });
}

/** Without the crawlers: what they do is not counted, and the counters must add up. */
function shopEvents({ tiny, seed }: { tiny: boolean; seed: number }): Event[] {
  const { events } = simulateShop({ seed, nowMs: Date.now(), scale: tiny ? "tiny" : "demo" });
  return events.filter(({ context }) => context?.user_agent !== CRAWLER_AGENT);
}

function bodies(events: readonly Event[], seed: number): string[] {
  const prng = createPrng(`bench/ingest/${seed}`);
  const requests: string[] = [];
  for (let start = 0; start < events.length; start += EVENTS_PER_REQUEST) {
    const body = JSON.stringify(events.slice(start, start + EVENTS_PER_REQUEST));
    requests.push(body);
    if (prng.next() < RESENT) requests.splice(prng.int(requests.length), 0, body);
  }
  return requests;
}
