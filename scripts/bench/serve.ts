import { createPrng } from "../../src/base/index.ts";
import type { Progress } from "../progress.ts";
import { simulateShop } from "../simulate/index.ts";
import { startEmpty } from "./empty.ts";
import { type Measured, type Round, summarise } from "./latency.ts";
import { type LoadGenerator, type LoadRequest, startLoad } from "./load.ts";
import { openSite, withSite } from "./site.ts";
import { type Paths, pathMaker, seedAndTrain, waitLive } from "./trained-site.ts";

export interface ServeReport {
  empty: Measured;
  cached: Measured;
  live: Measured;
}

type Target = keyof ServeReport;
const TARGETS: readonly Target[] = ["empty", "cached", "live"];

interface Size {
  scale: "demo" | "tiny";
  rounds: number;
  /** Of one target in one round: one at a time for latency, then many at once for throughput. */
  latencyRequests: number;
  throughputRequests: number;
}

const SIZES: Record<"full" | "tiny", Size> = {
  full: { scale: "demo", rounds: 6, latencyRequests: 250, throughputRequests: 800 },
  tiny: { scale: "tiny", rounds: 2, latencyRequests: 100, throughputRequests: 300 },
};

/** Enough to keep one thread busy while answers travel. */
const CONNECTIONS = 16;
/** Requests that wake everything before the first round counts. */
const WARM_UP = 50;

/**
 * An empty Worker, a list out of isolate memory and a live inference, on Miniflare's own port. Rounds are interleaved, so
 * that whatever else slows the machine slows all three alike and their ratios stay honest.
 */
export async function benchServe(
  options: { tiny: boolean; seed: number },
  progress: Progress,
): Promise<ServeReport> {
  const size = SIZES[options.tiny ? "tiny" : "full"];
  return withSite(await openSite({ queueTimeoutS: 1 }), async (site) => {
    const shop = simulateShop({ seed: options.seed, nowMs: Date.now(), scale: size.scale });
    const version = await seedAndTrain(site, shop, options.seed, progress);
    const empty = await startEmpty();
    const load = startLoad();
    try {
      const paths = pathMaker(site, shop, createPrng(`bench/${options.seed}`));
      await waitLive(site, paths, version);
      return await measure(
        { size, load, paths, urls: { empty: empty.url, cached: site.url, live: site.url } },
        progress,
      );
    } finally {
      await load.close();
      await empty.dispose();
    }
  });
}

async function measure(
  bench: { size: Size; load: LoadGenerator; paths: Paths; urls: Record<Target, string> },
  progress: Progress,
): Promise<ServeReport> {
  const { size, load, paths, urls } = bench;
  const run = (target: Target, count: number, connections: number): Promise<Round> => {
    const requests: LoadRequest[] = Array.from({ length: count }, () => ({ path: paths[target]() }));
    // A degraded answer comes from the ladder: it would measure something else.
    return load.run({ url: urls[target], requests, connections, refuse: ['"degraded"'] });
  };
  for (const target of TARGETS) await run(target, WARM_UP, 1);
  const rounds = { empty: newRounds(), cached: newRounds(), live: newRounds() };
  const part = progress.part("Measuring", size.rounds);
  for (let round = 0; round < size.rounds; round++) {
    for (const target of TARGETS) {
      rounds[target].latency.push(await run(target, size.latencyRequests, 1));
      rounds[target].throughput.push(await run(target, size.throughputRequests, CONNECTIONS));
    }
    part.update(round + 1);
  }
  part.finish();
  return { empty: summarise(rounds.empty), cached: summarise(rounds.cached), live: summarise(rounds.live) };
}

function newRounds(): { latency: Round[]; throughput: Round[] } {
  return { latency: [], throughput: [] };
}
