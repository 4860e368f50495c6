import { inspect } from "./inspector.ts";
import { SCORER, wasmMb } from "./serve-memory.ts";
import type { Site } from "./site.ts";

const EDGE = "lakeshore";

/** What edge and scorer hold once their garbage is collected: heaps, buffers and the scorer's Wasm, in 10⁶ bytes. */
export async function heldMb(site: Site): Promise<number> {
  const heaps = await Promise.all([EDGE, SCORER].map((worker) => heapMb(site, worker)));
  const held = heaps.reduce((sum, mb) => sum + mb, await wasmMb(site));
  return Math.round(10 * held) / 10;
}

async function heapMb({ runtime }: Site, worker: string): Promise<number> {
  const session = await inspect(runtime.miniflare, worker);
  try {
    await session.call("HeapProfiler.collectGarbage");
    const { usedSize, backingStorageSize = 0 } = (await session.call("Runtime.getHeapUsage")) as {
      usedSize: number;
      backingStorageSize?: number;
    };
    return (usedSize + backingStorageSize) / 1e6;
  } finally {
    session.close();
  }
}
