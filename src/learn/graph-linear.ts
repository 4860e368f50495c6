import { createGraph, encodeModel, type GraphBuilder, type Value } from "../onnx/index.ts";
import type { Decay } from "./decay.ts";
import { type ContentModel, withContent } from "./graph-content.ts";
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
  content: ContentModel | null;
}

/** The model as ONNX bytes: Σ weight · decay · B[item], plus prior and content, by the model contract. */
export function linearGraph(model: LinearModel): Uint8Array<ArrayBuffer> {
  const graph = createGraph("linear");
  const inputs = contractInputs(graph, model.contentWidth);
  const sizes = runSizes(graph, inputs.bias, model.itemCount);
  const history = padHistory(graph, inputs, sizes.batch);
  const weights = decayedWeights(graph, history, model.decay);
  const warm = row(graph, model.warm);
  const rows = knownRows(graph, model.itemCount, { items: history.items, late: sizes.late });
  const summed = neighbourScores(graph, model, { rows, weights, batch: sizes.batch });
  const linear = graph.op("Mul", [standardise(graph, summed, warm), warm]); // [B, N]
  const prior = graph.op("Mul", [row(graph, model.prior), graph.float(model.priorWeight)]);
  const parts = { known: graph.op("Add", [linear, prior]), linear, warm, rows, weights };
  const raw =
    model.content === null
      ? withoutContent(graph, parts.known, sizes)
      : withContent(
          graph,
          { ...model, content: model.content },
          { ...parts, items: history.items, late: inputs.lateFeatures },
        );
  contractOutputs(graph, inputs, raw);
  return encodeModel(graph.build());
}

/** [B, N] → [B, N + M]: late items score the average. */
function withoutContent(graph: GraphBuilder, known: Value, sizes: { batch: Value; late: Value }): Value {
  const shape = graph.op("Concat", [sizes.batch, sizes.late], { axis: { int: 0 } });
  return graph.op("Concat", [known, graph.op("Expand", [graph.float(0), shape])], { axis: { int: 1 } });
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

/**
 * int64 [B, L + 1] the tables' row of each interaction: its item, or for late items row N, which is empty. An index beyond
 * the late items makes the Gather fail, and with it the run.
 */
function knownRows(
  graph: GraphBuilder,
  itemCount: number,
  { items, late }: { items: Value; late: Value },
): Value {
  const own = graph.constant({
    type: "int64",
    dims: [itemCount],
    data: BigInt64Array.from({ length: itemCount }, (_, item) => BigInt(item)),
  });
  const none = graph.op("Expand", [graph.ints(itemCount), late]);
  return graph.op("Gather", [graph.op("Concat", [own, none], { axis: { int: 0 } }), items]);
}

/** [B, N]: the neighbour rows of the history, each times its weight, added up where they point. */
function neighbourScores(
  graph: GraphBuilder,
  { itemCount, neighbours }: LinearModel,
  { rows, weights, batch }: { rows: Value; weights: Value; batch: Value },
): Value {
  const { width, indices, levels, scales } = neighbours;
  const dims = [itemCount + 1, width];
  const indexTable = graph.constant(
    indices instanceof Uint16Array
      ? { type: "uint16", dims, data: indices }
      : { type: "int32", dims, data: indices },
  );
  const levelTable = graph.constant({ type: "int8", dims, data: levels });
  const scaleOf = graph.op("Gather", [
    graph.constant({ type: "float32", dims: [itemCount + 1], data: scales }),
    rows,
  ]);
  const cast = (value: Value, type: number) => graph.op("Cast", [value], { to: { int: type } });
  const weighted = graph.op("Mul", [
    cast(graph.op("Gather", [levelTable, rows]), 1), // [B, L + 1, T]
    graph.op("Unsqueeze", [graph.op("Mul", [weights, scaleOf]), graph.ints(2)]),
  ]);
  const flat = (value: Value) => graph.op("Reshape", [value, graph.ints(0, -1)]);
  const targets = cast(flat(graph.op("Gather", [indexTable, rows])), 7);
  const shape = graph.op("Concat", [batch, graph.ints(itemCount)], { axis: { int: 0 } });
  const zeros = graph.op("Expand", [graph.float(0), shape]);
  return graph.op("ScatterElements", [zeros, targets, flat(weighted)], {
    axis: { int: 1 },
    reduction: { text: "add" },
  });
}

/** [1, X] */
function row(graph: GraphBuilder, data: Float32Array<ArrayBuffer>): Value {
  return graph.constant({ type: "float32", dims: [1, data.length], data });
}

function scalarInt(graph: GraphBuilder, value: number): Value {
  return graph.op("Squeeze", [graph.ints(value)]);
}
