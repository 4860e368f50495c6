import { setTimeout as sleep } from "node:timers/promises";
import type { Miniflare } from "miniflare";
import { type InspectorSession, inspect } from "./inspector.ts";

const SAMPLE_EVERY_MS = 100;

export interface MemoryPeak {
  /** 10⁶ bytes. */
  peakMb: number;
  samples: number;
}

/**
 * Watches one Worker's isolate until the returned function is called: the highest of what its heap uses, garbage that was not
 * collected yet included, and the backing stores of its buffers. A busy isolate answers between two turns. workerd enforces no limit
 * locally, and its process holds the simulators too: only the isolate itself can tell.
 */
export async function startMemorySampling(
  miniflare: Miniflare,
  worker: string,
): Promise<() => Promise<MemoryPeak>> {
  const session = await inspect(miniflare, worker);
  const peak = { bytes: 0, samples: 0 };
  const stopped = new AbortController();
  const sampling = sample(session, peak, stopped.signal);
  return async () => {
    stopped.abort();
    await sampling;
    session.close();
    return { peakMb: Math.round(peak.bytes / 100_000) / 10, samples: peak.samples };
  };
}

async function sample(
  session: InspectorSession,
  peak: { bytes: number; samples: number },
  stopped: AbortSignal,
): Promise<void> {
  while (!stopped.aborted) {
    const { usedSize, backingStorageSize = 0 } = (await session.call("Runtime.getHeapUsage")) as {
      usedSize: number;
      backingStorageSize?: number;
    };
    peak.bytes = Math.max(peak.bytes, usedSize + backingStorageSize);
    peak.samples++;
    await sleep(SAMPLE_EVERY_MS);
  }
}
