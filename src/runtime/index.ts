/**
 * runtime: the `Engine` on ONNX Runtime. This door is for workerd and imports its 14 MB Wasm module, which only a bundler
 * for Workers understands; Node has the door `node.ts`. Calls of one engine queue up, so it is safe to use concurrently.
 * The first load takes 0.3 s, the Wasm memory only grows. An index out of range, a k above N + M or a missing input reject.
 */
export { workerdEngine } from "./workerd.ts";
