import path from "node:path";
import type { R2Bucket } from "@cloudflare/workers-types";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { bundleWorker } from "../../local/bundle.ts";
import { childPids, commandOf } from "../../local/children.ts";
import { ROOT } from "../../local/workers.ts";
import { watchMemory } from "../memory.ts";
import type { StepLine, StepResult } from "./contract.ts";
import { cpuSecondsOf } from "./cpu.ts";
import type { Host, MemoryOfStep } from "./host.ts";

const NAME = "quality";
/**
 * An isolate has 128 MB on the platform, so V8 collects as one of that size does; a heap that needs more dies. Without it V8 takes the
 * machine's gigabytes for its own and leaves tens of megabytes of garbage uncollected for minutes.
 */
const V8_FLAGS = "--max-heap-size=128";
const NOTHING: MemoryOfStep = { peakMb: 0 };

/** A Worker in a workerd of its own; objects stand in its R2. */
export async function startInWorkerd(): Promise<Host> {
  const { modules } = await bundleWorker(path.join(ROOT, "scripts/bench/quality/worker.ts"));
  const before = new Set(childPids());
  process.env.MINIFLARE_WORKERD_V8_FLAGS ??= V8_FLAGS;
  const miniflare = new Miniflare({
    ...convertV4MiniflareOptions({
      workers: [{ name: NAME, modules, compatibilityDate: "2026-11-01", r2Buckets: ["STATE"] }],
    } as Parameters<typeof convertV4MiniflareOptions>[0]),
    host: "127.0.0.1",
    port: 0,
    inspectorPort: 0,
    cf: false,
    log: new Log(LogLevel.WARN),
    logRequests: false,
  });
  const url = await miniflare.ready;
  const pid = childPids().find((child) => !before.has(child) && commandOf(child).includes("workerd"));
  if (pid === undefined) throw new Error("the workerd process is not found: its CPU time cannot be measured");
  const bucket = (await miniflare.getR2Bucket("STATE", NAME)) as unknown as R2Bucket;
  const memory = await watchMemory(miniflare, NAME);
  let peak = NOTHING;
  let wasmMb = 0;
  /** What was sampled since the line before, with the Wasm memory that there is at this one: it never shrinks, so no sample counts with too little. */
  const fold = async (wasmBytes: number | undefined) => {
    if (wasmBytes !== undefined) wasmMb = Math.round(wasmBytes / 1e5) / 10;
    const { heapMb, buffersMb } = await memory.take();
    const peakMb = Math.round((heapMb + buffersMb + wasmMb) * 10) / 10;
    if (peakMb > peak.peakMb) peak = { peakMb, heapMb, buffersMb, wasmMb };
  };
  return {
    objects: {
      async read(name) {
        const object = await bucket.get(name);
        return object === null ? null : new Uint8Array(await object.arrayBuffer());
      },
      async write(name, bytes) {
        await bucket.put(name, bytes);
      },
    },
    async step(step, job, onProgress) {
      const body = JSON.stringify({ step, job });
      const response = await fetch(url, { method: "POST", body, headers: { "accept-encoding": "identity" } });
      if (response.body === null) throw new Error(`step ${step.name} answered ${response.status}`);
      let result: StepResult | null = null;
      for await (const line of linesOf(response.body)) {
        if ("error" in line) throw new Error(`step ${step.name}: ${line.error}`);
        await fold(line.wasmBytes);
        if ("result" in line) result = line.result;
        if ("fraction" in line) onProgress(line.fraction, line.message);
      }
      if (result === null)
        throw new Error(`step ${step.name} broke off: the isolate may have run out of memory`);
      return result;
    },
    cpuSeconds: () => cpuSecondsOf(pid),
    async takePeak() {
      await fold(undefined);
      const told = peak;
      peak = NOTHING;
      return told;
    },
    async close() {
      await memory.close();
      await miniflare.dispose();
    },
  };
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<StepLine> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") yield JSON.parse(line) as StepLine;
  }
}
