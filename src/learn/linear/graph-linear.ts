import type { GraphBuilder, Value } from "../../onnx/index.ts";
import type { GraphHistory } from "../model/graph-history.ts";
import type { FittedPart } from "../model/learner.ts";
import { type Decay, decayOf } from "./decay.ts";

/** [B, N]: the neighbour rows of the history, each times weight and decay, added up where they point. */
export function linearScores(graph: GraphBuilder, part: FittedPart, history: GraphHistory): Value {
  const { indices, levels, scales } = part.tensors;
  if (indices === undefined || levels === undefined || scales === undefined) {
    throw new Error("a part of linear holds `indices`, `levels` and `scales`");
  }
  const { rows, batch, itemCount } = history;
  const weights = decayedWeights(graph, history, decayOf(part.parameters));
  const scaleOf = graph.op("Gather", [graph.constant(scales), rows]);
  const cast = (value: Value, type: number) => graph.op("Cast", [value], { to: { int: type } });
  const weighted = graph.op("Mul", [
    cast(graph.op("Gather", [graph.constant(levels), rows]), 1), // [B, L', T]
    graph.op("Unsqueeze", [graph.op("Mul", [weights, scaleOf]), graph.ints(2)]),
  ]);
  const flat = (value: Value) => graph.op("Reshape", [value, graph.ints(0, -1)]);
  const targets = cast(flat(graph.op("Gather", [graph.constant(indices), rows])), 7);
  const shape = graph.op("Concat", [batch, graph.ints(itemCount)], { axis: { int: 0 } });
  const zeros = graph.op("Expand", [graph.float(0), shape]);
  return graph.op("ScatterElements", [zeros, targets, flat(weighted)], {
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
function decayedWeights(graph: GraphBuilder, { after, mask, age, weight }: GraphHistory, decay: Decay): Value {
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
