import { createGraph, encodeModel } from "../../onnx/index.ts";
import { contractInputs, contractOutputs } from "../model/contract.ts";
import { graphHistory } from "../model/graph-history.ts";

/**
 * [N × F] vectors of length 1 → a graph of the model contract in which an item scores the sum of its cosines to the history's items:
 * nearest neighbours by content alone, items that nobody has had among them.
 */
export function contentKnnModel(vectors: Float32Array, width: number): Uint8Array<ArrayBuffer> {
  const itemCount = vectors.length / width;
  const graph = createGraph("content-knn");
  const inputs = contractInputs(graph, width);
  const { rows, mask } = graphHistory(graph, inputs, itemCount);
  const padded = new Float32Array(vectors.length + width);
  padded.set(vectors);
  const table = graph.constant({ type: "float32", dims: [itemCount + 1, width], data: padded });
  const weights = graph.op("Unsqueeze", [mask, graph.ints(1)]); // [B, 1, L']
  const sums = graph.op("MatMul", [weights, graph.op("Gather", [table, rows])]); // [B, 1, F]
  const profile = graph.op("Squeeze", [sums, graph.ints(1)]);
  const all = graph.op("Gemm", [profile, table], { transB: { int: 1 } });
  const known = graph.op("Slice", [all, graph.ints(0), graph.ints(itemCount), graph.ints(1)]);
  const late = graph.op("MatMul", [
    profile,
    graph.op("Transpose", [inputs.lateFeatures], { perm: { ints: [1, 0] } }),
  ]);
  contractOutputs(graph, inputs, graph.op("Concat", [known, late], { axis: { int: 1 } }));
  return encodeModel(graph.build());
}
