import ortModule from "onnxruntime-web/ort-wasm-simd-threaded.wasm";
import * as ort from "onnxruntime-web/wasm";
import type { Engine } from "../base/index.ts";
import { createEngine, type Ort } from "./session.ts";

/** No Wasm binary is this short: its length marks the call of `WebAssembly.instantiate` that is ours to answer. */
const SENTINEL_BYTES = 8;

/** Of the three times that ONNX Runtime asks for one growth, those whose answer is no: for a fifth and for a tenth of what is there. */
const REFUSED_ASKS = 2;

let prepared = false;

/** ONNX Runtime in workerd, on one thread. Engines of one isolate share its Wasm instance. */
export function workerdEngine(): Engine {
  return createEngine(async () => {
    if (!prepared) prepare();
    prepared = true;
    return ort as Ort;
  }, nextTurn);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/**
 * workerd forbids compiling Wasm from bytes, and ONNX Runtime takes nothing else: it is given a sentinel in place of the
 * binary, and the one call that instantiates the sentinel gets the module which the bundler imported. That call also
 * takes the hook away, so nothing else in the isolate is touched from then on.
 */
function prepare(): void {
  const { instantiate, Memory } = WebAssembly;
  const hook = async (source: BufferSource | WebAssembly.Module, imports?: WebAssembly.Imports) => {
    if (source instanceof WebAssembly.Module || source.byteLength !== SENTINEL_BYTES) {
      return instantiate.call(WebAssembly, source as WebAssembly.Module, imports);
    }
    Object.assign(WebAssembly, { instantiate, Memory });
    return { module: ortModule, instance: await instantiate.call(WebAssembly, ortModule, imports) };
  };
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.proxy = false;
  ort.env.wasm.wasmBinary = new Uint8Array(SENTINEL_BYTES);
  WebAssembly.instantiate = hook as typeof WebAssembly.instantiate;
  WebAssembly.Memory = sparing(Memory);
}

/**
 * A memory that grows by what is needed, or by a twentieth. Emscripten's allocator first wants a fifth more than there is, and takes
 * less where that is refused; a memory never shrinks, and 8 MB that nothing uses are much of the 128 that an isolate has.
 */
function sparing(Memory: typeof WebAssembly.Memory): typeof WebAssembly.Memory {
  return class extends Memory {
    #refused = 0;

    override grow(pages: number): number {
      if (this.#refused < REFUSED_ASKS) {
        this.#refused++;
        throw new RangeError("less will do");
      }
      this.#refused = 0;
      return super.grow(pages);
    }
  };
}
