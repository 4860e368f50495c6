import type { GraphBuilder, Value } from "../../onnx/index.ts";
import { standardise } from "./contract.ts";
import type { GraphHistory } from "./graph-history.ts";

export interface ContentModel {
  /** [N × F] */
  vectors: Float32Array;
  /** F */
  width: number;
  /** [F × F] of `contentRegression`. */
  regression: Float32Array;
}

/** Of a history's interactions, each one before the newest counts for its content e^(−1/5) less: what somebody looks for now. */
const LIKENESS_DECAY = 1 / 5;

interface Scores {
  /** [B, N] scores without content. */
  known: Value;
  /** [B, N] the part of them that stems from the history, 0 for items without interactions. */
  personal: Value;
  /** [1, N] 1 for an item with interactions. */
  warm: Value;
  /** [M, F] */
  late: Value;
}

/**
 * [B, N] → [B, N + M]. What has no interactions, late or known, gets the score that its content predicts: at each run the
 * history's scores are regressed on content. On top, all items may gain by being like the history.
 */
export function withContent(
  graph: GraphBuilder,
  { known, personal, warm, late }: Scores,
  {
    history,
    content,
    likenessWeight,
  }: { history: GraphHistory; content: ContentModel; likenessWeight: number },
): Value {
  const { width, regression } = content;
  const table = contentTable(graph, content, history.itemCount);
  const square = graph.constant({ type: "float32", dims: [width, width], data: regression });
  const pad = graph.op("Concat", [personal, emptyColumn(graph, personal)], { axis: { int: 1 } });
  const theta = graph.op("MatMul", [graph.op("MatMul", [pad, table]), square]); // [B, F]
  const predicted = project(graph, theta, { table, late, itemCount: history.itemCount });
  const cold = graph.op("Sub", [graph.float(1), warm]);
  const join = (part: { known: Value; late: Value }) =>
    graph.op("Concat", [part.known, part.late], { axis: { int: 1 } });
  const scores = join({
    known: graph.op("Add", [known, graph.op("Mul", [predicted.known, cold])]),
    late: predicted.late,
  });
  if (likenessWeight === 0) return scores;
  const alike = join(contentLikeness(graph, { late, table }, { history, content }));
  const everyItem = graph.op("Expand", [graph.float(1), graph.op("Shape", [alike])]);
  const scaled = standardise(graph, alike, everyItem);
  return graph.op("Add", [scores, graph.op("Mul", [scaled, graph.float(likenessWeight)])]);
}

/** [B, N] and [B, M]: dot products of the history's content with that of all items. */
export function contentLikeness(
  graph: GraphBuilder,
  { late, table: given }: { late: Value; table?: Value },
  { history, content }: { history: GraphHistory; content: ContentModel },
): { known: Value; late: Value } {
  const { itemCount } = history;
  const table = given ?? contentTable(graph, content, itemCount);
  const profile = historyProfile(graph, { history, width: content.width, table, late });
  return project(graph, profile, { table, late, itemCount });
}

/** [N + 1, F]; row N is empty: late items of the history have their content elsewhere. */
function contentTable(graph: GraphBuilder, { vectors, width }: ContentModel, itemCount: number): Value {
  const padded = new Float32Array((itemCount + 1) * width);
  padded.set(vectors);
  return graph.constant({ type: "float32", dims: [itemCount + 1, width], data: padded });
}

/** [B, F] → [B, N] and [B, M]: products with the content of all items. */
function project(
  graph: GraphBuilder,
  vector: Value,
  { table, late, itemCount }: { table: Value; late: Value; itemCount: number },
): { known: Value; late: Value } {
  const all = graph.op("Gemm", [vector, table], { transB: { int: 1 } });
  return {
    known: graph.op("Slice", [all, graph.ints(0), graph.ints(itemCount), graph.ints(1)]),
    late: graph.op("MatMul", [vector, graph.op("Transpose", [late], { perm: { ints: [1, 0] } })]),
  };
}

/** [B, F] Σ weight · decay · content over the history. */
function historyProfile(
  graph: GraphBuilder,
  { history, width, table, late }: { history: GraphHistory; width: number; table: Value; late: Value },
): Value {
  const { rows, items, after, mask, weight, itemCount } = history;
  const decay = graph.op("Exp", [graph.op("Mul", [after, graph.float(-LIKENESS_DECAY)])]);
  const weights = graph.op("Mul", [graph.op("Mul", [weight, mask]), decay]); // [B, L']
  const known = graph.op("Gather", [table, rows]); // [B, L', F]
  const empty = graph.constant({ type: "float32", dims: [1, width], data: new Float32Array(width) });
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
