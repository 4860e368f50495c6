import ortModule from "onnxruntime-web/ort-wasm-simd-threaded.wasm";
import * as ort from "onnxruntime-web/wasm";
import type { Engine } from "../base/index.ts";
import { createEngine, type Ort } from "./session.ts";

/** No Wasm binary is this short: its length marks the call of `WebAssembly.instantiate` that is ours to answer. */
const SENTINEL_BYTES = 8;

let prepared = false;

/** ONNX Runtime in workerd, on one thread. Engines of one isolate share its Wasm instance. */
export function workerdEngine(): Engine {
  return createEngine(async () => {
    if (!prepared) prepare();
    prepared = true;
    return ort as Ort;
  });
}

/**
 * workerd forbids compiling Wasm from bytes, and ONNX Runtime takes nothing else: it is given a sentinel in place of the
 * binary, and the one call that instantiates the sentinel gets the module which the bundler imported. That call also
 * takes the hook away, so nothing else in the isolate is touched from then on.
 */
function prepare(): void {
  const { instantiate } = WebAssembly;
  const hook = async (source: BufferSource | WebAssembly.Module, imports?: WebAssembly.Imports) => {
    if (source instanceof WebAssembly.Module || source.byteLength !== SENTINEL_BYTES) {
      return instantiate.call(WebAssembly, source as WebAssembly.Module, imports);
    }
    WebAssembly.instantiate = instantiate;
    return { module: ortModule, instance: await instantiate.call(WebAssembly, ortModule, imports) };
  };
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.proxy = false;
  ort.env.wasm.wasmBinary = new Uint8Array(SENTINEL_BYTES);
  WebAssembly.instantiate = hook as typeof WebAssembly.instantiate;
}
