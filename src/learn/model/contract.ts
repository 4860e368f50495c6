import type { Tensor } from "../../base/index.ts";
import type { GraphBuilder, Value } from "../../onnx/index.ts";

/** Inputs of the model contract, version 1. B histories of L interactions, oldest first; N items, M late ones, F wide. */
export interface ContractInputs {
  /** int64 [B, L] item index; N + j is late item j. Any index below N where the mask is 0. */
  history: Value;
  /** float32 [B, L] */
  weight: Value;
  /** float32 [B, L] seconds since. */
  age: Value;
  /** int64 [B, L] `eventTypeCode`. */
  type: Value;
  /** float32 [B, L] 1 for an interaction, 0 for padding, which may stand anywhere. */
  mask: Value;
  /** float32 [M, F] */
  lateFeatures: Value;
  /** float32 [B, N + M] in standard deviations; 0 neutral, −∞ excluded. */
  bias: Value;
  /** int64 [1], at most N + M. */
  k: Value;
}

export function contractInputs(graph: GraphBuilder, contentWidth: number): ContractInputs {
  const history = (name: string, type: Tensor["type"]) => graph.input(name, type, ["batch", "length"]);
  return {
    history: history("history", "int64"),
    weight: history("history_weight", "float32"),
    age: history("history_age", "float32"),
    type: history("history_type", "int64"),
    mask: history("history_mask", "float32"),
    lateFeatures: graph.input("late_features", "float32", ["late", contentWidth]),
    bias: graph.input("bias", "float32", ["batch", "items"]),
    k: graph.input("k", "int64", [1]),
  };
}

/** [B, 1] and [M]: the sizes that only a run knows, from `bias`, which always has them. */
export function runSizes(graph: GraphBuilder, bias: Value, itemCount: number): { batch: Value; late: Value } {
  const shape = graph.op("Shape", [bias]);
  const batch = graph.op("Gather", [shape, graph.ints(0)]);
  const late = graph.op("Sub", [graph.op("Gather", [shape, graph.ints(1)]), graph.ints(itemCount)]);
  return { batch, late };
}

/**
 * Closes the graph: `raw` float32 [B, N + M], any finite scores. They are centred and scaled to unit variance over the
 * allowed items of each row, then `bias` is added, then the best k are taken. An excluded item scores −∞.
 */
export function contractOutputs(graph: GraphBuilder, { bias, k }: ContractInputs, raw: Value): void {
  const allowed = graph.op("Cast", [graph.op("Greater", [bias, graph.float(-3e38)])], { to: { int: 1 } });
  const scaled = standardise(graph, raw, allowed);
  const biased = graph.op("Add", [scaled, bias]);
  const [scores, items] = graph.ops("TopK", [biased, k], 2) as [Value, Value];
  graph.output("items", items, "int64", ["batch", "k"]);
  graph.output("scores", scores, "float32", ["batch", "k"]);
}

/** Least variance that counts as variance: below it all scores are equal and stay so. */
const VARIANCE_MIN = 1e-12;

/** `values` [B, X] → mean 0 and variance 1 over those with `allowed` [B, X] or [1, X] = 1, row by row. */
export function standardise(graph: GraphBuilder, values: Value, allowed: Value): Value {
  const axes = graph.ints(1);
  const sum = (value: Value) => graph.op("ReduceSum", [value, axes]);
  const count = graph.op("Max", [sum(allowed), graph.float(1)]);
  const mean = graph.op("Div", [sum(graph.op("Mul", [values, allowed])), count]);
  const centred = graph.op("Sub", [values, mean]);
  const squares = graph.op("Mul", [graph.op("Mul", [centred, centred]), allowed]);
  const variance = graph.op("Max", [graph.op("Div", [sum(squares), count]), graph.float(VARIANCE_MIN)]);
  return graph.op("Div", [centred, graph.op("Sqrt", [variance])]);
}
