/**
 * runtime, the door for Node: the same Wasm build as in workerd, so that both give the same numbers. It is a door of its
 * own because `index.ts` imports a Wasm module, which Node cannot load.
 */
import * as ort from "onnxruntime-web/wasm";
import type { Engine } from "../base/index.ts";
import { createEngine, type Ort } from "./session.ts";

/**
 * ONNX Runtime in Node, on one thread unless told otherwise; the Wasm module is compiled with the first load, in about 0.3 s. All
 * engines of a process that have several threads have those of the first one that loads a model.
 */
export function nodeEngine({ threads = 1 }: { threads?: number } = {}): Engine {
  if (threads > 1) return createEngine(() => loadThreaded(threads), nothing);
  ort.env.wasm.numThreads = 1;
  return createEngine(async () => ort as Ort, nothing);
}

/** Nobody else waits for this thread. */
async function nothing(): Promise<void> {}

/** The package's entry for Node: in the bundled one above, which is for browsers, threads find no Wasm to load. */
async function loadThreaded(threads: number): Promise<Ort> {
  const threaded = await import("onnxruntime-web");
  threaded.env.wasm.numThreads = threads;
  return threaded as Ort;
}
