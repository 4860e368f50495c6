import { discard, type Tensor } from "../../base/index.ts";
import type { GraphBuilder, Value } from "../../onnx/index.ts";
import { type Content, foldContent } from "../data/content.ts";
import type { GraphHistory } from "./graph-history.ts";

/** Of a history's interactions, each one before the newest counts for its content 1/e as much: what somebody looks for now. */
const LIKENESS_DECAY = 1;
/** Width of the vectors that are compared: the content's own would cost an answer of a large catalogue a millisecond. */
const LIKENESS_WIDTH = 64;

/** [B, N] and [B, M]: dot products of the history's content with that of all items. */
export function contentLikeness(
  graph: GraphBuilder,
  late: Value,
  { history, content }: { history: GraphHistory; content: Content },
): { known: Value; late: Value } {
  const { itemCount, rows, items, after, mask, weight } = history;
  const width = Math.min(LIKENESS_WIDTH, content.width);
  const table = likenessTable(graph, { content, width, itemCount });
  const folded = foldLate(graph, late, { from: content.width, to: width });
  const decay = graph.op("Exp", [graph.op("Mul", [after, graph.float(-LIKENESS_DECAY)])]);
  const weights = graph.op("Mul", [graph.op("Mul", [weight, mask]), decay]); // [B, L']
  const empty = graph.constant({
    type: "float32",
    dims: [1, width],
    data: new Float32Array(width),
  });
  const lateTable = graph.op("Concat", [empty, folded], { axis: { int: 0 } }); // [1 + M, width]
  const lateRows = graph.op("Max", [graph.op("Sub", [items, graph.ints(itemCount - 1)]), graph.ints(0)]);
  const vectors = graph.op("Add", [
    graph.op("Gather", [table, rows]),
    graph.op("Gather", [lateTable, lateRows]),
  ]); // [B, L', width]
  const sum = graph.op("MatMul", [graph.op("Unsqueeze", [weights, graph.ints(1)]), vectors]);
  const profile = graph.op("Squeeze", [sum, graph.ints(1)]);
  const all = graph.op("Gemm", [profile, table], { transB: { int: 1 } });
  return {
    known: graph.op("Slice", [all, graph.ints(0), graph.ints(itemCount), graph.ints(1)]),
    late: graph.op("MatMul", [profile, graph.op("Transpose", [folded], { perm: { ints: [1, 0] } })]),
  };
}

/** [N + 1, width]; row N is empty: late items of the history have their content elsewhere. */
function likenessTable(
  graph: GraphBuilder,
  { content, width, itemCount }: { content: Content; width: number; itemCount: number },
): Value {
  const data = new Float32Array((itemCount + 1) * width);
  const folded = foldContent(content, width);
  data.set(folded);
  discard(folded);
  const tensor: Tensor = { type: "float32", dims: [itemCount + 1, width], data };
  return graph.constant(tensor);
}

/** [M, F] → [M, to], as `foldContent` folds. */
function foldLate(graph: GraphBuilder, late: Value, { from, to }: { from: number; to: number }): Value {
  const split = graph.op("Reshape", [late, graph.ints(0, from / to, to)]);
  return graph.op("ReduceSum", [split, graph.ints(1)], { keepdims: { int: 0 } });
}
