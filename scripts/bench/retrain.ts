import { createPrng } from "../../src/base/index.ts";
import { retrain } from "../client/index.ts";
import type { Progress } from "../progress.ts";
import { simulateShop } from "../simulate/index.ts";
import { type Latencies, latenciesOf } from "./latency.ts";
import { type LoadGenerator, startLoad } from "./load.ts";
import { openSite, withSite } from "./site.ts";
import { type Paths, pathMaker, seedAndTrain, waitLive } from "./trained-site.ts";

export interface RetrainReport {
  /** Live answers while nothing else runs, and while a retrain does, on the one thread that local Workers share. */
  idle: Latencies;
  retraining: Latencies;
  retrainSeconds: number;
}

const SHOPPERS_PER_ROUND = 20;
const IDLE_ROUNDS = 10;
/** Between two rounds: people look at a page before they ask again. */
const PAUSE_MS = 100;

/** One shopper after another asks for a live answer, before and during a retrain of the whole shop. */
export async function benchRetrain(
  options: { tiny: boolean; seed: number },
  progress: Progress,
): Promise<RetrainReport> {
  return withSite(await openSite({ queueTimeoutS: 1 }), async (site) => {
    const shop = simulateShop({
      seed: options.seed,
      nowMs: Date.now(),
      scale: options.tiny ? "tiny" : "demo",
    });
    const version = await seedAndTrain(site, shop, options.seed, progress);
    const paths = pathMaker(site, shop, createPrng(`bench/${options.seed}`));
    await waitLive(site, paths, version);
    const load = startLoad();
    try {
      const ask = () => askRound(load, site.url, paths);
      const idle: number[] = [];
      for (let round = 0; round < IDLE_ROUNDS; round++) idle.push(...(await ask()));

      let running = true;
      const startedMs = Date.now();
      const training = retrain(site.client, { seed: options.seed + 1 }, () => {}).finally(() => {
        running = false;
      });
      const busy: number[] = [];
      while (running) busy.push(...(await ask()));
      await training;
      return {
        idle: latenciesOf(idle),
        retraining: latenciesOf(busy),
        retrainSeconds: Math.round((Date.now() - startedMs) / 100) / 10,
      };
    } finally {
      await load.close();
    }
  });
}

async function askRound(load: LoadGenerator, url: string, paths: Paths): Promise<number[]> {
  const requests = Array.from({ length: SHOPPERS_PER_ROUND }, () => ({ path: paths.live() }));
  const { latenciesMs } = await load.run({ url, requests, connections: 1, refuse: [] });
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  return latenciesMs;
}
