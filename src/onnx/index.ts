/**
 * onnx: graphs in, ONNX bytes out. Knows the file format and nothing of models: no shape inference, no checks of
 * operators, which the engine that loads the bytes makes. Tensors travel as little-endian `raw_data`.
 */
export { createGraph, type GraphBuilder, type Value } from "./builder.ts";
export { encodeModel, OPSET } from "./encode.ts";
export { gradients } from "./gradient/gradient.ts";
export type { Attribute, Branch, Graph, Node, ValueInfo } from "./graph.ts";
export { constantsOutside } from "./outside.ts";
export { pruneGraph } from "./prune.ts";
