/**
 * runtime, the door for Node: the same Wasm build as in workerd, so that both give the same numbers. It is a door of its
 * own because `index.ts` imports a Wasm module, which Node cannot load.
 */
import * as ort from "onnxruntime-web/wasm";
import type { Engine } from "../base/index.ts";
import { createEngine, type Ort } from "./session.ts";

/** ONNX Runtime on one thread of Node; the Wasm module is compiled with the first load, in about 0.3 s. */
export function nodeEngine(): Engine {
  ort.env.wasm.numThreads = 1;
  return createEngine(async () => ort as Ort);
}
