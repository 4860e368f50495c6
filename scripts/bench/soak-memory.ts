import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "./inspector.ts";
import { wasmMb } from "./serve-memory.ts";
import { EDGE, SCORER, type Site } from "./site.ts";

const POKE_EVERY_MS = 50;

/** What edge and scorer hold once their garbage is collected: heaps, buffers and the scorer's Wasm, in 10⁶ bytes. */
export async function heldMb(site: Site): Promise<number> {
  const edge = await heapMb(site, EDGE, () => fetch(`${site.url}/v1/none`).then((answer) => answer.text()));
  const scorer = await heapMb(site, SCORER, () => wasmMb(site));
  return Math.round(10 * (edge + scorer + (await wasmMb(site)))) / 10;
}

/** `poke` has the isolate run: one that is idle collects nothing, however it is told to. */
async function heapMb({ runtime }: Site, worker: string, poke: () => Promise<unknown>): Promise<number> {
  const session = await inspect(runtime.miniflare, worker);
  try {
    let collected = false;
    const collecting = session.call("HeapProfiler.collectGarbage").then(() => {
      collected = true;
    });
    while (!collected) {
      await poke();
      await Promise.race([collecting, sleep(POKE_EVERY_MS)]);
    }
    const { usedSize, backingStorageSize = 0 } = (await session.call("Runtime.getHeapUsage")) as {
      usedSize: number;
      backingStorageSize?: number;
    };
    return (usedSize + backingStorageSize) / 1e6;
  } finally {
    session.close();
  }
}
