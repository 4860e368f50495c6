import { setTimeout as sleep } from "node:timers/promises";
import { createPrng, SECOND_MS } from "../../../src/base/index.ts";
import { NO_USAGE, times, type Usage } from "../../../src/ops/index.ts";
import type { Progress } from "../../progress.ts";
import { simulateShop } from "../../simulate/index.ts";
import { EDGE, SCORER, type Site, TENANT } from "../site.ts";
import { pathMaker, seedAndTrain, waitLive } from "../trained-site.ts";
import { COUNTS_PATH, type Counts } from "./counting.ts";
import { activeOf, usageOf } from "./measured.ts";
import { TRAFFIC, Visitors } from "./traffic.ts";

/** As long as an isolate of the edge remembers keys and lists, and one of the scorer its pointer. */
export const EDGE_MEMORY_S = 30;
/** A tenant's last good list is written to KV at most so often. */
export const LIST_KEPT_S = 300;
/** Enough for the engine to have compiled what is hot; below what a key may ask in a minute. */
const ASKED = 250;

export interface Warmed {
  /** Of one request to an isolate that remembers. */
  warm: Usage;
  /** Of one that has to look up what it remembers. */
  cold: Usage;
  /** What is written once in `LIST_KEPT_S`. */
  kept: Usage;
}

/** Visitors with a profile, each another one: what a cache could answer costs less. */
export async function measureAnswers(site: Site, seed: number, progress: Progress): Promise<Warmed> {
  const shop = simulateShop({ seed, nowMs: Date.now(), scale: "tiny" });
  const version = await seedAndTrain(site, shop, seed, progress);
  const paths = pathMaker(site, shop, createPrng(`bench/cost/${seed}`));
  await waitLive(site, paths, version);
  const ask = async () => void (await (await fetch(site.url + paths.live())).arrayBuffer());
  return measureEdge(site, ask, [EDGE, SCORER]);
}

export async function measureFlushes(site: Site, seed: number): Promise<Warmed> {
  const visitors = new Visitors(TRAFFIC, { tenant: TENANT, seed });
  const bodies = visitors.batch(Date.now()).bodies.map((body) => {
    const { events } = JSON.parse(body) as { events: Record<string, unknown>[] };
    return JSON.stringify(
      events.map(({ tenant: _, received_at: __, is_bot: ___, user_id: ____, ...event }) => event),
    );
  });
  let next = 0;
  const send = async () => {
    const url = `${site.url}/v1/events?key=${site.publishableKey}`;
    const answer = await fetch(url, { method: "POST", body: bodies[next++ % bodies.length] ?? "" });
    if (!answer.ok) throw new Error(`a flush was answered with ${answer.status}`);
    await answer.arrayBuffer();
  };
  return measureEdge(site, send, [EDGE]);
}

/** The first request after the isolate has forgotten, and the mean of those after it. */
async function measureEdge(
  site: Site,
  ask: () => Promise<void>,
  workers: readonly string[],
): Promise<Warmed> {
  const asks = async () => {
    for (let count = 0; count < ASKED; count++) await ask();
  };
  // What is written at most once in minutes, however many ask, is written now.
  await takeEdge(site);
  await asks();
  await sleep((EDGE_MEMORY_S + 1) * SECOND_MS);
  const first = await takeEdge(site);
  await ask();
  const cold = await takeEdge(site);
  const cpuMs = await activeOf(site, workers, asks);
  const counts = await takeEdge(site);
  const all: Usage = { ...usageOf(counts), requests: ASKED, cpuMs, queueOperations: 3 * counts.messages };
  return {
    warm: times(all, 1 / ASKED),
    cold: usageOf(cold),
    kept: { ...NO_USAGE, kvWrites: first.kvWrites },
  };
}

async function takeEdge(site: Site): Promise<Counts> {
  return (await (await fetch(site.url + COUNTS_PATH)).json()) as Counts;
}
