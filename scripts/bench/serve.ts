import { createPrng } from "../../src/base/index.ts";
import type { Progress } from "../progress.ts";
import { simulateShop } from "../simulate/index.ts";
import { startEmpty } from "./empty.ts";
import type { Measured } from "./latency.ts";
import { startLoad } from "./load.ts";
import { measureRows, type RowsSize } from "./serve-rows.ts";
import { openSite, withSite } from "./site.ts";
import { pathMaker, seedAndTrain, waitLive } from "./trained-site.ts";

export interface ServeReport {
  empty: Measured;
  cached: Measured;
  live: Measured;
}

const SIZES: Record<"full" | "tiny", RowsSize & { scale: "demo" | "tiny" }> = {
  full: { scale: "demo", rounds: 6, latencyRequests: 250, throughputRequests: 800 },
  tiny: { scale: "tiny", rounds: 2, latencyRequests: 100, throughputRequests: 300 },
};

/** An empty Worker, a list out of isolate memory and a live inference of a trained shop, on Miniflare's own port. */
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
      const target = (name: keyof ServeReport, url: string) => ({
        ...{ url, request: () => ({ path: paths[name]() }) },
        // A degraded answer comes from the ladder: it would measure something else.
        refuse: ['"degraded"'],
      });
      const targets = {
        empty: target("empty", empty.url),
        cached: target("cached", site.url),
        live: target("live", site.url),
      };
      return await measureRows(targets, load, size, progress);
    } finally {
      await load.close();
      await empty.dispose();
    }
  });
}
