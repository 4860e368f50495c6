import type { Tensor } from "../../base/index.ts";
import type { GraphBuilder, Value } from "../../onnx/index.ts";
import type { GraphHistory } from "../model/graph-history.ts";
import type { FittedPart } from "../model/learner.ts";
import { DECAY_MIN, type Decay, decayOf } from "./decay.ts";

/** [B, N]: the neighbour rows of the history, each times weight and decay, and the newest item's followers. */
export function linearScores(graph: GraphBuilder, part: FittedPart, history: GraphHistory): Value {
  const decay = decayOf(part.parameters);
  const weights = decayedWeights(graph, history, decay);
  const known = part.tensors;
  const all = { rows: history.rows, weights };
  const used = decay.perPosition === 0 ? all : heaviest(graph, history, weights, reachOf(decay));
  const neighbours = spread(graph, tableOf(graph, known, ""), used);
  if (known.step_levels === undefined) return scatter(graph, [neighbours], history);
  const isNewest = graph.op("Cast", [graph.op("Greater", [graph.float(0.5), history.after])], {
    to: { int: 1 },
  });
  const newest = graph.op("Mul", [graph.op("Mul", [isNewest, history.mask]), history.weight]);
  const followers = spread(graph, tableOf(graph, known, "step_"), heaviest(graph, history, newest, 1));
  return scatter(graph, [neighbours, followers], history);
}

interface Weighted {
  /** int64 [B, K] */
  rows: Value;
  /** float32 [B, K] */
  weights: Value;
}

/** Positions after which nothing is left. */
function reachOf({ perPosition }: Decay): number {
  return Math.ceil(-Math.log(DECAY_MIN) / perPosition) + 1;
}

/** The `count` interactions that weigh most, or all: each costs a row of the table. */
function heaviest(
  graph: GraphBuilder,
  { rows, batch }: GraphHistory,
  weights: Value,
  count: number,
): Weighted {
  const cast = (value: Value, type: number) => graph.op("Cast", [value], { to: { int: type } });
  const length = graph.op("Gather", [graph.op("Shape", [weights]), graph.ints(1)]);
  const beyond = graph.op("Max", [graph.op("Sub", [cast(length, 1), graph.float(count)]), graph.float(0)]);
  const kept = graph.op("Sub", [length, cast(beyond, 7)]);
  const [values, places] = graph.ops("TopK", [weights, kept], 2) as [Value, Value];
  const ones = graph.op("Expand", [
    graph.float(1),
    graph.op("Concat", [graph.ints(1), batch], { axis: { int: 0 } }),
  ]);
  const after = graph.op("CumSum", [ones, graph.op("Squeeze", [graph.ints(1)])], {
    exclusive: { int: 1 },
    reverse: { int: 1 },
  });
  const last = graph.op("Sub", [batch, graph.ints(1)]);
  const line = graph.op("Sub", [last, graph.op("Reshape", [cast(after, 7), graph.ints(-1, 1)])]);
  const at = graph.op("Add", [places, graph.op("Mul", [line, length])]);
  return { rows: graph.op("Gather", [graph.op("Reshape", [rows, graph.ints(-1)]), at]), weights: values };
}

interface Table {
  indices: Value;
  levels: Value;
  scales: Value;
}

function tableOf(graph: GraphBuilder, tensors: Readonly<Record<string, Tensor>>, prefix: string): Table {
  const constant = (name: string) => {
    const tensor = tensors[prefix + name];
    if (tensor === undefined) throw new Error(`a part of linear holds \`${prefix}${name}\``);
    return graph.constant(tensor);
  };
  return { indices: constant("indices"), levels: constant("levels"), scales: constant("scales") };
}

interface Entries {
  /** int64 [B, K · T] */
  targets: Value;
  /** float32 [B, K · T] */
  values: Value;
}

/** The rows of the table, each times its weight. */
function spread(graph: GraphBuilder, table: Table, { rows, weights }: Weighted): Entries {
  const cast = (value: Value, type: number) => graph.op("Cast", [value], { to: { int: type } });
  const flat = (value: Value) => graph.op("Reshape", [value, graph.ints(0, -1)]);
  const scaled = graph.op("Mul", [weights, graph.op("Gather", [table.scales, rows])]);
  const weighted = graph.op("Mul", [
    cast(graph.op("Gather", [table.levels, rows]), 1), // [B, K, T]
    graph.op("Unsqueeze", [scaled, graph.ints(2)]),
  ]);
  return { targets: cast(flat(graph.op("Gather", [table.indices, rows])), 7), values: flat(weighted) };
}

/** [B, N]: values added up where they point. */
function scatter(
  graph: GraphBuilder,
  entries: readonly Entries[],
  { batch, itemCount }: GraphHistory,
): Value {
  const join = (values: Value[]) =>
    values.length === 1 ? (values[0] as Value) : graph.op("Concat", values, { axis: { int: 1 } });
  const shape = graph.op("Concat", [batch, graph.ints(itemCount)], { axis: { int: 0 } });
  const zeros = graph.op("Expand", [graph.float(0), shape]);
  const targets = join(entries.map((one) => one.targets));
  return graph.op("ScatterElements", [zeros, targets, join(entries.map((one) => one.values))], {
    axis: { int: 1 },
    reduction: { text: "add" },
  });
}

/** An age no history has, in seconds: padding must not be the newest. */
const PADDING_AGE_SECONDS = 1e12;
const SECONDS_PER_DAY = 86_400;

/**
 * weight · exp(−positions behind the newest / τ − age behind the newest / τ) [B, L']. Ages count from the newest of the
 * history, not from now: scores are scaled anyway, and exp of a year in hours would be zero.
 */
function decayedWeights(
  graph: GraphBuilder,
  { after, mask, age, weight }: GraphHistory,
  decay: Decay,
): Value {
  let exponent = graph.op("Mul", [after, graph.float(-decay.perPosition)]);
  if (decay.perDay > 0) {
    const absent = graph.op("Mul", [
      graph.op("Sub", [graph.float(1), mask]),
      graph.float(PADDING_AGE_SECONDS),
    ]);
    const ages = graph.op("Add", [age, absent]);
    const newest = graph.op("ReduceMin", [ages, graph.ints(1)]);
    const behind = graph.op("Sub", [ages, newest]);
    const perSecond = graph.float(-decay.perDay / SECONDS_PER_DAY);
    exponent = graph.op("Add", [exponent, graph.op("Mul", [behind, perSecond])]);
  }
  const kept = graph.op("Mul", [graph.op("Exp", [exponent]), mask]);
  return graph.op("Mul", [kept, weight]);
}
