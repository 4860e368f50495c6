import type { LoadGenerator, LoadRequest } from "./load.ts";
import { watchMemory } from "./memory.ts";
import { SCORER, type Site } from "./site.ts";

/** The scorer's peak while it answers: heap, buffers and Wasm, in 10⁶ bytes. Its entry must be the watched one. */
export async function measureScorerMemory(
  load: LoadGenerator,
  site: Site,
  requests: LoadRequest[],
): Promise<number> {
  const watch = await watchMemory(site.runtime.miniflare, SCORER);
  await load.run({ url: site.url, requests, connections: 4, refuse: [] });
  const { peakMb } = await watch.take();
  await watch.close();
  return Math.round(peakMb + (await wasmMb(site)));
}

export async function wasmMb({ runtime }: Site): Promise<number> {
  const scorer = await runtime.miniflare.getWorker(SCORER);
  const { wasmBytes } = (await (await scorer.fetch("http://scorer/")).json()) as { wasmBytes: number };
  return wasmBytes / 1e6;
}
