import type { GraphBuilder, Value } from "../onnx/index.ts";
import { standardise } from "./graph-contract.ts";

export interface ContentModel {
  /** [N × F] */
  vectors: Float32Array;
  /** [F × F] of `contentRegression`. */
  regression: Float32Array;
  /** Weight of the likeness to the history's content, in standard deviations; 0 leaves it out. */
  weight: number;
}

export interface ContentInputs {
  /** [B, N] scores without content. */
  known: Value;
  /** [B, N] the part of them that stems from the history, standardised, 0 for items without interactions. */
  linear: Value;
  /** [1, N] 1 for an item with interactions. */
  warm: Value;
  /** [B, L + 1] rows of the history, N for late items. */
  rows: Value;
  /** [B, L + 1] */
  weights: Value;
  /** [B, L + 1] as the caller gave them. */
  items: Value;
  /** [M, F] */
  late: Value;
}

/**
 * [B, N] → [B, N + M]. What has no interactions, late or known, gets the score that its content predicts: at each run the
 * history's scores are regressed on content. On top, all items may gain by being like the history.
 */
export function withContent(
  graph: GraphBuilder,
  { itemCount, contentWidth, content }: { itemCount: number; contentWidth: number; content: ContentModel },
  inputs: ContentInputs,
): Value {
  // Row N is empty: late items of the history have their content elsewhere.
  const padded = new Float32Array((itemCount + 1) * contentWidth);
  padded.set(content.vectors);
  const table = graph.constant({ type: "float32", dims: [itemCount + 1, contentWidth], data: padded });
  const dims = [contentWidth, contentWidth];
  const square = graph.constant({ type: "float32", dims, data: content.regression });
  const one = graph.float(1);
  /** [B, F] → [B, N] and [B, M]: products with the content of all items. */
  const project = (vector: Value): { known: Value; late: Value } => {
    const all = graph.op("Gemm", [vector, table], { transB: { int: 1 } });
    return {
      known: graph.op("Slice", [all, graph.ints(0), graph.ints(itemCount), graph.ints(1)]),
      late: graph.op("MatMul", [vector, graph.op("Transpose", [inputs.late], { perm: { ints: [1, 0] } })]),
    };
  };
  const join = (part: { known: Value; late: Value }) =>
    graph.op("Concat", [part.known, part.late], { axis: { int: 1 } });

  const pad = graph.op("Concat", [inputs.linear, emptyColumn(graph, inputs.linear)], { axis: { int: 1 } });
  const theta = graph.op("MatMul", [graph.op("MatMul", [pad, table]), square]); // [B, F]
  const predicted = project(theta);
  const cold = graph.op("Sub", [one, inputs.warm]);
  const scores = join({
    known: graph.op("Add", [inputs.known, graph.op("Mul", [predicted.known, cold])]),
    late: predicted.late,
  });
  if (content.weight === 0) return scores;
  const alike = join(project(historyProfile(graph, { itemCount, contentWidth, table }, inputs)));
  const everyItem = graph.op("Expand", [one, graph.op("Shape", [alike])]);
  const scaled = standardise(graph, alike, everyItem);
  return graph.op("Add", [scores, graph.op("Mul", [scaled, graph.float(content.weight)])]);
}

/** [B, F] Σ weight · content over the history. */
function historyProfile(
  graph: GraphBuilder,
  { itemCount, contentWidth, table }: { itemCount: number; contentWidth: number; table: Value },
  { rows, weights, items, late }: ContentInputs,
): Value {
  const known = graph.op("Gather", [table, rows]); // [B, L + 1, F]
  const empty = graph.constant({
    type: "float32",
    dims: [1, contentWidth],
    data: new Float32Array(contentWidth),
  });
  const lateTable = graph.op("Concat", [empty, late], { axis: { int: 0 } }); // [1 + M, F]
  const lateRows = graph.op("Max", [graph.op("Sub", [items, graph.ints(itemCount - 1)]), graph.ints(0)]);
  const vectors = graph.op("Add", [known, graph.op("Gather", [lateTable, lateRows])]);
  const sum = graph.op("MatMul", [graph.op("Unsqueeze", [weights, graph.ints(1)]), vectors]); // [B, 1, F]
  return graph.op("Squeeze", [sum, graph.ints(1)]);
}

/** [B, X] → zeros [B, 1] */
function emptyColumn(graph: GraphBuilder, like: Value): Value {
  const first = graph.op("Slice", [like, graph.ints(0), graph.ints(1), graph.ints(1)]);
  return graph.op("Mul", [first, graph.float(0)]);
}
