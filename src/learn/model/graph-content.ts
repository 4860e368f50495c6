import type { GraphBuilder, Value } from "../../onnx/index.ts";
import { type Content, LEVEL_MAX, takeContent } from "../data/content.ts";
import { standardise } from "./contract.ts";
import type { GraphHistory } from "./graph-history.ts";
import { contentLikeness } from "./graph-likeness.ts";

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
/**
 * A regression predicts the mean, and so less than the best of what it predicts: items placed by content would never be among the
 * best. Predictions are stretched towards the spread of what they predict, at most so much.
 */
const STRETCH_MAX = 15;

/** [B, N] → θ [B, F], stretched. */
function regress(
  graph: GraphBuilder,
  personal: Value,
  { history, content, regression }: { history: GraphHistory; content: Content; regression: Float32Array },
): Value {
  const { width } = content;
  const count = Math.min(REGRESSED_ITEMS, history.itemCount);
  const [scores, items] = graph.ops("TopK", [personal, graph.ints(count)], 2) as [Value, Value];
  const positive = graph.op("Max", [scores, graph.float(0)]);
  const { buckets, levels } = contentTables(graph, content);
  const flat = (value: Value) => graph.op("Reshape", [value, graph.ints(0, -1)]);
  const cells = graph.op("Mul", [
    graph.op("Cast", [graph.op("Gather", [levels, items])], { to: { int: 1 } }), // [B, K, T]
    graph.float(1 / LEVEL_MAX),
  ]);
  const values = graph.op("Mul", [cells, graph.op("Unsqueeze", [positive, graph.ints(2)])]);
  const targets = flat(graph.op("Cast", [graph.op("Gather", [buckets, items])], { to: { int: 7 } }));
  const shape = graph.op("Concat", [history.batch, graph.ints(width)], { axis: { int: 0 } });
  const moment = graph.op(
    "ScatterElements",
    [graph.op("Expand", [graph.float(0), shape]), targets, flat(values)],
    { axis: { int: 1 }, reduction: { text: "add" } },
  );
  const square = graph.constant({ type: "float32", dims: [width, width], data: regression });
  const theta = graph.op("MatMul", [moment, square]);
  const picked = graph.op("GatherElements", [theta, targets], { axis: { int: 1 } }); // [B, K · T]
  const products = graph.op("Mul", [graph.op("Reshape", [picked, graph.op("Shape", [cells])]), cells]);
  const predicted = graph.op("ReduceSum", [products, graph.ints(2)], { keepdims: { int: 0 } }); // [B, K]
  return graph.op("Mul", [theta, stretch(graph, { positive, predicted })]);
}

/** [B, 1] √(Σ scores² / Σ predictions²), within 1 and its most. */
function stretch(graph: GraphBuilder, { positive, predicted }: { positive: Value; predicted: Value }): Value {
  const squares = (values: Value) =>
    graph.op("ReduceSum", [graph.op("Mul", [values, values]), graph.ints(1)]);
  const ratio = graph.op("Div", [
    squares(positive),
    graph.op("Max", [squares(predicted), graph.float(1e-12)]),
  ]);
  const root = graph.op("Sqrt", [graph.op("Max", [ratio, graph.float(1)])]);
  return graph.op("Min", [root, graph.float(STRETCH_MAX)]);
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
  const { buckets, levels } = contentTables(graph, takeContent(content, cold));
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
  // No arguments of a call: a catalogue may have more items without interactions than a stack has room for.
  const indexes = BigInt64Array.from(cold, BigInt);
  const row = graph.constant({ type: "int64", dims: [cold.length], data: indexes });
  const places = graph.op("Expand", [row, shape]);
  return graph.op("ScatterElements", [known, places, predicted], {
    axis: { int: 1 },
    reduction: { text: "add" },
  });
}

/** [items, T] each. */
function contentTables(
  graph: GraphBuilder,
  { perItem, buckets, levels }: Content,
): { buckets: Value; levels: Value } {
  const dims = [buckets.length / perItem, perItem];
  return {
    buckets: graph.constant({ type: "uint16", dims, data: buckets }),
    levels: graph.constant({ type: "int8", dims, data: levels }),
  };
}
