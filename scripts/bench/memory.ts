import { setTimeout as sleep } from "node:timers/promises";
import type { Miniflare } from "miniflare";
import { type InspectorSession, inspect } from "./inspector.ts";

const SAMPLE_EVERY_MS = 100;

/** In 10⁶ bytes. */
export interface MemoryPeak {
  peakMb: number;
  /** The heap's part of the peak, and that of the buffers. */
  heapMb: number;
  buffersMb: number;
  samples: number;
}

/** Watches one Worker's isolate until the returned function is called. */
export async function startMemorySampling(
  miniflare: Miniflare,
  worker: string,
): Promise<() => Promise<MemoryPeak>> {
  const watch = await watchMemory(miniflare, worker);
  return async () => {
    const peak = await watch.take();
    await watch.close();
    return peak;
  };
}

export interface MemoryWatch {
  /** The peak since this was asked last; this moment counts, so that what was over between two samples leaves one. */
  take(): Promise<MemoryPeak>;
  close(): Promise<void>;
}

/**
 * Samples one Worker's isolate: the highest of what its heap uses, garbage that was not collected yet included, and the backing stores
 * of its buffers, shared Wasm memories not among them. A busy isolate answers between two turns. workerd enforces no limit locally, and its
 * process holds the simulators too: only the isolate itself can tell.
 */
export async function watchMemory(miniflare: Miniflare, worker: string): Promise<MemoryWatch> {
  const session = await inspect(miniflare, worker);
  let peak: Peak = { heapBytes: 0, bufferBytes: 0, samples: 0 };
  const stopped = new AbortController();
  const sampling = sample(session, () => peak, stopped.signal);
  return {
    async take() {
      await sampleOnce(session, () => peak);
      const { heapBytes, bufferBytes, samples } = peak;
      peak = { heapBytes: 0, bufferBytes: 0, samples: 0 };
      return {
        peakMb: megabytes(heapBytes + bufferBytes),
        heapMb: megabytes(heapBytes),
        buffersMb: megabytes(bufferBytes),
        samples,
      };
    },
    async close() {
      stopped.abort();
      await sampling;
      session.close();
    },
  };
}

interface Peak {
  heapBytes: number;
  bufferBytes: number;
  samples: number;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 100_000) / 10;
}

async function sample(session: InspectorSession, current: () => Peak, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    await sampleOnce(session, current);
    await sleep(SAMPLE_EVERY_MS);
  }
}

async function sampleOnce(session: InspectorSession, current: () => Peak): Promise<void> {
  const { usedSize, backingStorageSize = 0 } = (await session.call("Runtime.getHeapUsage")) as {
    usedSize: number;
    backingStorageSize?: number;
  };
  const peak = current();
  if (usedSize + backingStorageSize > peak.heapBytes + peak.bufferBytes) {
    peak.heapBytes = usedSize;
    peak.bufferBytes = backingStorageSize;
  }
  peak.samples++;
}
