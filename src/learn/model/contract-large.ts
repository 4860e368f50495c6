import type { GraphBuilder, Value } from "../../onnx/index.ts";
import type { ContractInputs } from "./contract.ts";

const INT64 = 7;

/** Of a mean of squares, what rounding leaves: a variance below it is none. */
const VARIANCE_SHARE_MIN = 1e-6;
const VARIANCE_MIN = 1e-12;

/** `contractOutputs` in as few passes over the items as there can be: a boost or a filter costs none of its own. */
export function contractOutputsOfLarge(graph: GraphBuilder, { bias, k }: ContractInputs, raw: Value): void {
  const { mean, factor } = moments(graph, raw, allowedOf(graph, bias));
  const biased = graph.op("Add", [graph.op("Mul", [raw, factor]), bias]);
  const { items, scores } = bestOf(graph, biased, { bias, k });
  graph.output("items", items, "int64", ["batch", "k"]);
  const centred = graph.op("Sub", [scores, graph.op("Mul", [mean, factor])]);
  graph.output("scores", centred, "float32", ["batch", "k"]);
}

/** 1 for every bias, 0 for −∞ and for less than −10³⁰, in one pass. */
export function allowedOf(graph: GraphBuilder, bias: Value): Value {
  return graph.op("HardSigmoid", [bias], { alpha: { float: 1e-30 }, beta: { float: 1 } });
}

/** float32 [B, 1] each. */
export interface Moments {
  mean: Value;
  /** 1 / standard deviation. */
  factor: Value;
}

/** Of `values` [B, X], over those with `mask` [B, X] or [1, X] = 1 or over all. */
export function moments(graph: GraphBuilder, values: Value, mask: Value | null): Moments {
  const axes = graph.ints(1);
  const kept = mask === null ? values : graph.op("Mul", [values, mask]);
  const count = graph.op("Max", [countOf(graph, values, mask), graph.float(1)]);
  const mean = graph.op("Div", [graph.op("ReduceSum", [kept, axes]), count]);
  const squares = graph.op("Div", [graph.op("ReduceSumSquare", [kept, axes]), count]);
  const least = graph.op("Max", [
    graph.op("Mul", [squares, graph.float(VARIANCE_SHARE_MIN)]),
    graph.float(VARIANCE_MIN),
  ]);
  const variance = graph.op("Max", [graph.op("Sub", [squares, graph.op("Mul", [mean, mean])]), least]);
  return { mean, factor: graph.op("Reciprocal", [graph.op("Sqrt", [variance])]) };
}

function countOf(graph: GraphBuilder, values: Value, mask: Value | null): Value {
  if (mask !== null) return graph.op("ReduceSum", [mask, graph.ints(1)]);
  return graph.op("Cast", [graph.op("Gather", [graph.op("Shape", [values]), graph.ints(1)])], {
    to: { int: 1 },
  });
}

/** Items of a block. */
const BLOCK = 64;

/**
 * The best k of `values` [B, X], equal ones in the order of their index, as TopK gives them in a third of its time: the best k stand
 * in the k blocks with the best maxima.
 */
export function bestOf(
  graph: GraphBuilder,
  values: Value,
  { bias, k }: { bias: Value; k: Value },
): { items: Value; scores: Value } {
  const whole = padded(graph, values, bias);
  const blocks = graph.op("Reshape", [whole, graph.ints(0, -1, BLOCK)]);
  const maxima = graph.op("ReduceMax", [blocks, graph.ints(2)], { keepdims: { int: 0 } });
  const count = graph.op("Gather", [graph.op("Shape", [maxima]), graph.ints(1)]);
  const kept = graph.op("Min", [k, count]);
  const [, best] = graph.ops("TopK", [maxima, kept], 2) as [Value, Value];
  // In the order of their index again, for ties.
  const [chosen] = graph.ops("TopK", [best, kept], 2, { largest: { int: 0 } }) as [Value, Value];
  const taken = graph.op("GatherND", [blocks, graph.op("Unsqueeze", [chosen, graph.ints(2)])], {
    batch_dims: { int: 1 },
  });
  const candidates = graph.op("Reshape", [taken, graph.ints(0, -1)]);
  const [scores, places] = graph.ops("TopK", [candidates, checkedCount(graph, k, bias)], 2) as [Value, Value];
  const size = graph.ints(BLOCK);
  const blockOf = graph.op("GatherElements", [chosen, graph.op("Div", [places, size])], { axis: { int: 1 } });
  const items = graph.op("Add", [graph.op("Mul", [blockOf, size]), graph.op("Mod", [places, size])]);
  return { items, scores };
}

/** To whole blocks, with what nothing is worse than and nothing stands behind. */
function padded(graph: GraphBuilder, values: Value, bias: Value): Value {
  const shape = graph.op("Shape", [bias]);
  const size = graph.ints(BLOCK);
  const beyond = graph.op("Mod", [graph.op("Gather", [shape, graph.ints(1)]), size]);
  const missing = graph.op("Mod", [graph.op("Sub", [size, beyond]), size]);
  const dims = graph.op("Concat", [graph.op("Gather", [shape, graph.ints(0)]), missing], {
    axis: { int: 0 },
  });
  const padding = graph.op("Expand", [graph.float(Number.NEGATIVE_INFINITY), dims]);
  return graph.op("Concat", [values, padding], { axis: { int: 1 } });
}

/** k, and a failing run where there are fewer items: the padding would hide it. */
export function checkedCount(graph: GraphBuilder, k: Value, bias: Value): Value {
  const last = graph.op("Gather", [bias, graph.op("Sub", [k, graph.ints(1)])], { axis: { int: 1 } });
  // No bias is NaN: this adds 0.
  const isWrong = graph.op("Cast", [graph.op("IsNaN", [last])], { to: { int: INT64 } });
  return graph.op("Add", [k, graph.op("Reshape", [graph.op("ReduceMax", [isWrong]), graph.ints(1)])]);
}
