import path from "node:path";
import { createPrng } from "../../src/base/index.ts";
import type { Event } from "../../src/events/index.ts";
import { ROOT } from "../local/workers.ts";
import type { Progress } from "../progress.ts";
import { CRAWLER_AGENT, simulateShop } from "../simulate/index.ts";
import { audit } from "./audit.ts";
import { activeMs } from "./cpu-profile.ts";
import { startCpuProfile } from "./inspector.ts";
import { waitAcked, waitLanded } from "./landing.ts";
import { startLoad } from "./load.ts";
import { openSite, type Site, withSite } from "./site.ts";

export interface IngestReport {
  /** Over the time of sending. */
  acceptedPerSecond: number;
  /** Over the time from the first request until the last event is in bronze and D1, the Queue's wait included. */
  landedPerSecond: number;
  accepted: number;
  landed: number;
  lost: number;
  duplicated: number;
  /** The pipeline isolate's own time in code, see `activeMs`, of 1,000 events landed. */
  consumerCpuMsPer1000: number;
  /** The same events by the same edge and Queue, to a consumer that only acknowledges. */
  ackOnly: { landedPerSecond: number };
  /** Of `ackOnly`'s rate: what landing them leaves of it. */
  shareOfAckOnly: number;
}

/** What a beacon sends at once; every request fits one Queue message. */
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
  const events = shopEvents(options);
  const requests = bodies(events, options.seed);
  const ackOnly = await benchAckOnly({ events: events.length, requests }, progress);
  const site = await openSite({ queueTimeoutS: QUEUE_TIMEOUT_S, inspectorPort: 0 });
  return withSite(site, async () => {
    const stopProfile = await startCpuProfile(site.runtime.miniflare, "lakeshore-pipeline");
    const passed = await pass(site, requests, progress);
    const cpuMs = activeMs(await stopProfile());
    await waitLanded(site, events.length, progress);
    const { landed, lost, duplicated } = await audit(site.runtime, events);
    const landedPerSecond = landed / passed.landedSeconds;
    return {
      acceptedPerSecond: Math.round(events.length / passed.sentSeconds),
      landedPerSecond: Math.round(landedPerSecond),
      accepted: events.length,
      landed,
      lost,
      duplicated,
      consumerCpuMsPer1000: Number(((1_000 * cpuMs) / landed).toFixed(1)),
      ackOnly: { landedPerSecond: Math.round(ackOnly) },
      shareOfAckOnly: Number((landedPerSecond / ackOnly).toFixed(2)),
    };
  });
}

/** Events a second that reach a consumer which does nothing with them. */
async function benchAckOnly(
  { events, requests }: { events: number; requests: readonly string[] },
  progress: Progress,
): Promise<number> {
  const site = await openSite({
    queueTimeoutS: QUEUE_TIMEOUT_S,
    // Profiled as the real one is: the sampler's share stands on both sides.
    inspectorPort: 0,
    entries: { pipeline: path.join(ROOT, "scripts/bench/ack-only.mjs") },
  });
  return withSite(site, async () => {
    const stopProfile = await startCpuProfile(site.runtime.miniflare, "lakeshore-pipeline");
    const { landedSeconds } = await pass(site, requests, progress);
    await stopProfile();
    return events / landedSeconds;
  });
}

/** Sends the requests as fast as they are answered, and waits until the consumer is done with their messages. */
async function pass(
  site: Site,
  requests: readonly string[],
  progress: Progress,
): Promise<{ sentSeconds: number; landedSeconds: number }> {
  const load = startLoad();
  try {
    progress.say(`Sending ${requests.length} requests of ${EVENTS_PER_REQUEST} events …`);
    const startedMs = performance.now();
    const sent = await load.run({
      url: site.url,
      requests: requests.map((body) => ({ path: `/v1/events?key=${site.publishableKey}`, body })),
      connections: CONNECTIONS,
      refuse: ['"status":"rejected"'],
    });
    await waitAcked(site, requests.length, progress);
    return { sentSeconds: sent.seconds, landedSeconds: (performance.now() - startedMs) / 1_000 };
  } finally {
    await load.close();
  }
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
