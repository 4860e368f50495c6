import type { Tensor } from "../../base/index.ts";
import type { GraphBuilder, Value } from "../../onnx/index.ts";
import { type Content, foldContent, LEVEL_MAX } from "../data/content.ts";
import { standardise } from "./contract.ts";
import type { GraphHistory } from "./graph-history.ts";

interface Scores {
  /** [B, N] scores without content. */
  known: Value;
  /** [B, N] the part of them that stems from the history, 0 for items without interactions. */
  personal: Value;
  /** [N] 1 for an item with interactions. */
  isWarm: Float32Array;
  /** [M, F] */
  late: Value;
}

/**
 * [B, N] → [B, N + M]. What has no interactions, late or known, gets the score that its content predicts: at each run the
 * best of the history's scores are regressed on content. On top, all items may gain by being like the history.
 */
export function withContent(
  graph: GraphBuilder,
  { known, personal, isWarm, late }: Scores,
  {
    history,
    content,
    regression,
    likenessWeight,
  }: {
    history: GraphHistory;
    content: Content;
    /** [F × F] of `contentRegression`. */
    regression: Float32Array;
    likenessWeight: number;
  },
): Value {
  const theta = regress(graph, personal, { history, content, regression });
  const cold = [...isWarm.keys()].filter((item) => isWarm[item] === 0);
  const join = (part: { known: Value; late: Value }) =>
    graph.op("Concat", [part.known, part.late], { axis: { int: 1 } });
  const scores = join({
    known: cold.length === 0 ? known : addPredicted(graph, known, { theta, cold, content, history }),
    late: graph.op("MatMul", [theta, graph.op("Transpose", [late], { perm: { ints: [1, 0] } })]),
  });
  if (likenessWeight === 0) return scores;
  const alike = join(contentLikeness(graph, late, { history, content }));
  const everyItem = graph.op("Expand", [graph.float(1), graph.op("Shape", [alike])]);
  const scaled = standardise(graph, alike, everyItem);
  return graph.op("Add", [scores, graph.op("Mul", [scaled, graph.float(likenessWeight)])]);
}

/** Items that a history's scores are regressed on: the best; the others are taken to score nothing. */
const REGRESSED_ITEMS = 500;

/** [B, N] → θ [B, F] */
function regress(
  graph: GraphBuilder,
  personal: Value,
  { history, content, regression }: { history: GraphHistory; content: Content; regression: Float32Array },
): Value {
  const { width } = content;
  const count = Math.min(REGRESSED_ITEMS, history.itemCount);
  const [scores, items] = graph.ops("TopK", [personal, graph.ints(count)], 2) as [Value, Value];
  const positive = graph.op("Max", [scores, graph.float(0)]);
  const { buckets, levels } = contentTables(graph, content, [...Array(history.itemCount).keys()]);
  const flat = (value: Value) => graph.op("Reshape", [value, graph.ints(0, -1)]);
  const values = graph.op("Mul", [
    graph.op("Cast", [graph.op("Gather", [levels, items])], { to: { int: 1 } }), // [B, K, T]
    graph.op("Unsqueeze", [graph.op("Mul", [positive, graph.float(1 / LEVEL_MAX)]), graph.ints(2)]),
  ]);
  const targets = graph.op("Cast", [graph.op("Gather", [buckets, items])], { to: { int: 7 } });
  const shape = graph.op("Concat", [history.batch, graph.ints(width)], { axis: { int: 0 } });
  const moment = graph.op(
    "ScatterElements",
    [graph.op("Expand", [graph.float(0), shape]), flat(targets), flat(values)],
    { axis: { int: 1 }, reduction: { text: "add" } },
  );
  const square = graph.constant({ type: "float32", dims: [width, width], data: regression });
  return graph.op("MatMul", [moment, square]);
}

/** Adds θ · content to the scores [B, N] of the `cold` items. */
function addPredicted(
  graph: GraphBuilder,
  known: Value,
  {
    theta,
    cold,
    content,
    history,
  }: { theta: Value; cold: readonly number[]; content: Content; history: GraphHistory },
): Value {
  const { perItem } = content;
  const { buckets, levels } = contentTables(graph, content, cold);
  const all = graph.op("Reshape", [graph.op("Cast", [buckets], { to: { int: 7 } }), graph.ints(-1)]);
  const cells = graph.op("Gather", [theta, all], { axis: { int: 1 } }); // [B, Nc · T]
  const split = graph.op("Reshape", [cells, graph.ints(0, cold.length, perItem)]);
  const scaled = graph.op("Mul", [
    graph.op("Cast", [levels], { to: { int: 1 } }),
    graph.float(1 / LEVEL_MAX),
  ]);
  const predicted = graph.op("ReduceSum", [graph.op("Mul", [split, scaled]), graph.ints(2)], {
    keepdims: { int: 0 },
  });
  const shape = graph.op("Concat", [history.batch, graph.ints(cold.length)], { axis: { int: 0 } });
  const places = graph.op("Expand", [graph.ints(...cold), shape]);
  return graph.op("ScatterElements", [known, places, predicted], {
    axis: { int: 1 },
    reduction: { text: "add" },
  });
}

/** [items, T] of some items. */
function contentTables(
  graph: GraphBuilder,
  { perItem, buckets, levels }: Content,
  items: readonly number[],
): { buckets: Value; levels: Value } {
  const dims = [items.length, perItem];
  const rows = <Cells extends Uint16Array | Int8Array>(from: Cells, to: Cells): Cells => {
    for (const [row, item] of items.entries()) {
      to.set(from.subarray(item * perItem, (item + 1) * perItem), row * perItem);
    }
    return to;
  };
  const cells = items.length * perItem;
  return {
    buckets: graph.constant({ type: "uint16", dims, data: rows(buckets, new Uint16Array(cells)) }),
    levels: graph.constant({ type: "int8", dims, data: rows(levels, new Int8Array(cells)) }),
  };
}

/** Of a history's interactions, each one before the newest counts for its content e^(−1/5) less: what somebody looks for now. */
const LIKENESS_DECAY = 1 / 5;
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
  data.set(foldContent(content, width));
  const tensor: Tensor = { type: "float32", dims: [itemCount + 1, width], data };
  return graph.constant(tensor);
}

/** [M, F] → [M, to], as `foldContent` folds. */
function foldLate(graph: GraphBuilder, late: Value, { from, to }: { from: number; to: number }): Value {
  const split = graph.op("Reshape", [late, graph.ints(0, from / to, to)]);
  return graph.op("ReduceSum", [split, graph.ints(1)], { keepdims: { int: 0 } });
}
