import { createGraph, encodeModel } from "../../onnx/index.ts";

/** `a` [m, k] · `b` [k, n] → `c` [m, n] */
export function productGraph(): Uint8Array {
  const graph = createGraph("product");
  const a = graph.input("a", "float32", ["m", "k"]);
  const b = graph.input("b", "float32", ["k", "n"]);
  graph.output("c", graph.op("MatMul", [a, b]), "float32", ["m", "n"]);
  return encodeModel(graph.build());
}
