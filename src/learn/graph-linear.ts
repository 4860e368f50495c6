import { createGraph, encodeModel, type GraphBuilder, type Value } from "../onnx/index.ts";
import type { Decay } from "./decay.ts";
import {
  type ContractInputs,
  contractInputs,
  contractOutputs,
  runSizes,
  standardise,
} from "./graph-contract.ts";
import type { Neighbours } from "./neighbours.ts";

export interface LinearModel {
  itemCount: number;
  contentWidth: number;
  neighbours: Neighbours;
  decay: Decay;
  /** [N] 1 for an item with interactions. */
  warm: Float32Array<ArrayBuffer>;
  /** [N] standardised popularity, 0 for items without interactions. */
  prior: Float32Array<ArrayBuffer>;
  /** Weight of the prior, in standard deviations of the history's scores. */
  priorWeight: number;
  /** Null when no item has content: then late items score the average. */
  content: { vectors: Float32Array; regression: Float32Array; weight: number } | null;
}

/** The model as ONNX bytes: Σ weight · decay · B[item], plus prior and content, by the model contract. */
export function linearGraph(model: LinearModel): Uint8Array<ArrayBuffer> {
  const graph = createGraph("linear");
  const inputs = contractInputs(graph, model.contentWidth);
  const sizes = runSizes(graph, inputs.bias, model.itemCount);
  const history = padHistory(graph, inputs, sizes.batch);
  const weights = decayedWeights(graph, history, model.decay);
  const warm = row(graph, model.warm);
  const linear = standardise(graph, neighbourScores(graph, model, { history, weights, sizes }), warm);
  const prior = row(graph, model.prior);
  const known = addScaled(graph, linear, prior, model.priorWeight);
  const lateShape = graph.op("Concat", [sizes.batch, sizes.late], { axis: { int: 0 } });
  const noLate = graph.op("Expand", [graph.float(0), lateShape]);
  const join = (a: Value, b: Value, axis: number) => graph.op("Concat", [a, b], { axis: { int: axis } });
  if (model.content === null) {
    contractOutputs(graph, inputs, join(known, noLate, 1));
    return encodeModel(graph.build());
  }
  const width = model.contentWidth;
  const { vectors, regression, weight } = model.content;
  const table = graph.constant({ type: "float32", dims: [model.itemCount, width], data: vectors });
  const square = graph.constant({ type: "float32", dims: [width, width], data: regression });
  const allContent = join(table, inputs.lateFeatures, 0); // [N + M, F]
  const transposed = graph.op("Transpose", [allContent], { perm: { ints: [1, 0] } }); // [F, N + M]
  const theta = graph.op("MatMul", [graph.op("MatMul", [graph.op("Mul", [linear, warm]), table]), square]); // [B, F]
  const predicted = graph.op("MatMul", [theta, transposed]); // [B, N + M]
  const untouched = graph.op("Expand", [graph.float(1), join(graph.ints(1), sizes.late, 0)]);
  const cold = join(graph.op("Sub", [graph.float(1), warm]), untouched, 1); // [1, N + M]
  const touched = join(
    graph.op("Add", [
      graph.op("Mul", [linear, warm]),
      graph.op("Mul", [prior, graph.float(model.priorWeight)]),
    ]),
    noLate,
    1,
  );
  const raw = graph.op("Add", [touched, graph.op("Mul", [predicted, cold])]);
  if (weight === 0) {
    contractOutputs(graph, inputs, raw);
    return encodeModel(graph.build());
  }
  const gathered = graph.op("Gather", [allContent, history.items]); // [B, L, F]
  const profile = graph.op("MatMul", [graph.op("Unsqueeze", [weights, graph.ints(1)]), gathered]); // [B, 1, F]
  const alike = graph.op("MatMul", [graph.op("Squeeze", [profile, graph.ints(1)]), transposed]); // [B, N + M]
  const everyItem = graph.op("Add", [graph.op("Mul", [cold, graph.float(0)]), graph.float(1)]);
  contractOutputs(graph, inputs, addScaled(graph, raw, standardise(graph, alike, everyItem), weight));
  return encodeModel(graph.build());
}

interface PaddedHistory {
  /** int64 [B, L + 1] */
  items: Value;
  /** float32 [B, L + 1], as are the others. */
  weight: Value;
  age: Value;
  mask: Value;
}

/** One column of padding in front, so that no history is empty: operators differ on what they do with nothing. */
function padHistory(graph: GraphBuilder, inputs: ContractInputs, batch: Value): PaddedHistory {
  const shape = graph.op("Concat", [batch, graph.ints(1)], { axis: { int: 0 } });
  const zeros = graph.op("Expand", [graph.float(0), shape]);
  const pad = (padding: Value, value: Value) => graph.op("Concat", [padding, value], { axis: { int: 1 } });
  return {
    items: pad(graph.op("Expand", [graph.ints(0), shape]), inputs.history),
    weight: pad(zeros, inputs.weight),
    age: pad(zeros, inputs.age),
    mask: pad(zeros, inputs.mask),
  };
}

/** An age no history has, in seconds: padding must not be the newest. */
const PADDING_AGE_SECONDS = 1e12;
const SECONDS_PER_DAY = 86_400;

/**
 * weight · exp(−positions behind the newest / τ − age behind the newest / τ) [B, L + 1]. Ages count from the newest of the
 * history, not from now: scores are scaled anyway, and exp of a year in hours would be zero.
 */
function decayedWeights(graph: GraphBuilder, history: PaddedHistory, decay: Decay): Value {
  const after = graph.op("CumSum", [history.mask, scalarInt(graph, 1)], {
    exclusive: { int: 1 },
    reverse: { int: 1 },
  });
  let exponent = graph.op("Mul", [after, graph.float(-decay.perPosition)]);
  if (decay.perDay > 0) {
    const absent = graph.op("Mul", [
      graph.op("Sub", [graph.float(1), history.mask]),
      graph.float(PADDING_AGE_SECONDS),
    ]);
    const age = graph.op("Add", [history.age, absent]);
    const newest = graph.op("ReduceMin", [age, graph.ints(1)]);
    const behind = graph.op("Sub", [age, newest]);
    const perSecond = graph.float(-decay.perDay / SECONDS_PER_DAY);
    exponent = graph.op("Add", [exponent, graph.op("Mul", [behind, perSecond])]);
  }
  const kept = graph.op("Mul", [graph.op("Exp", [exponent]), history.mask]);
  return graph.op("Mul", [kept, history.weight]);
}

/** [B, N]: the neighbour rows of the history, each times its weight, added up where they point. */
function neighbourScores(
  graph: GraphBuilder,
  { itemCount, neighbours }: LinearModel,
  {
    history,
    weights,
    sizes,
  }: { history: PaddedHistory; weights: Value; sizes: { batch: Value; late: Value } },
): Value {
  const dims = [itemCount + 1, neighbours.width];
  const indices = graph.constant({ type: "int32", dims, data: neighbours.indices });
  const values = graph.constant({ type: "float32", dims, data: neighbours.values });
  // Late items have no row of their own: they point to the empty one. An index beyond them makes the Gather fail.
  const own = graph.constant({
    type: "int64",
    dims: [itemCount],
    data: BigInt64Array.from({ length: itemCount }, (_, item) => BigInt(item)),
  });
  const none = graph.op("Expand", [graph.ints(itemCount), sizes.late]);
  const rowOf = graph.op("Concat", [own, none], { axis: { int: 0 } });
  const rows = graph.op("Gather", [rowOf, history.items]);
  const weighted = graph.op("Mul", [
    graph.op("Gather", [values, rows]), // [B, L + 1, T]
    graph.op("Unsqueeze", [weights, graph.ints(2)]),
  ]);
  const flat = (value: Value) => graph.op("Reshape", [value, graph.ints(0, -1)]);
  const targets = graph.op("Cast", [flat(graph.op("Gather", [indices, rows]))], { to: { int: 7 } });
  const shape = graph.op("Concat", [sizes.batch, graph.ints(itemCount)], { axis: { int: 0 } });
  const zeros = graph.op("Expand", [graph.float(0), shape]);
  return graph.op("ScatterElements", [zeros, targets, flat(weighted)], {
    axis: { int: 1 },
    reduction: { text: "add" },
  });
}

/** a + weight · b */
function addScaled(graph: GraphBuilder, a: Value, b: Value, weight: number): Value {
  return graph.op("Add", [a, graph.op("Mul", [b, graph.float(weight)])]);
}

/** [1, X] */
function row(graph: GraphBuilder, data: Float32Array<ArrayBuffer>): Value {
  return graph.constant({ type: "float32", dims: [1, data.length], data });
}

function scalarInt(graph: GraphBuilder, value: number): Value {
  return graph.op("Squeeze", [graph.ints(value)]);
}
