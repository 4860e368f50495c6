import { assert } from "../../base/index.ts";
import type { GraphBuilder, Value } from "../../onnx/index.ts";
import type { GraphHistory } from "../model/graph-history.ts";
import type { FittedPart } from "../model/learner.ts";
import { type Matches, matches } from "./graph-matches.ts";
import { withRepeats } from "./graph-repeats.ts";

/** Rows before and after a matching place that are looked at. */
const WINDOW = 6;

/** Least sum of scores that is divided by. */
const TOTAL_MIN = 1e-20;

/**
 * [B, N]: each place where an item of the history stands in a session lends the items around it the likeness of its session
 * to the history, less with their distance; in shares of what was lent. Items of the history gain by themselves.
 */
export function sessionScores(graph: GraphBuilder, part: FittedPart, history: GraphHistory): Value {
  const { itemWeight } = part.tensors;
  assert(itemWeight !== undefined, "a part of sessions holds `itemWeight`");
  const lent = lendToWindow(graph, { part, history, matches: matches(graph, part, history) });
  const weighed = graph.op("Mul", [lent, graph.constant(itemWeight)]);
  const total = graph.op("Max", [graph.op("ReduceSum", [weighed, graph.ints(1)]), graph.float(TOTAL_MIN)]);
  return withRepeats(graph, { shares: graph.op("Div", [weighed, total]), history, part });
}

/** [B, N] */
function lendToWindow(
  graph: GraphBuilder,
  {
    part: { tensors, parameters },
    history: { batch, itemCount },
    matches: { sessions, rows, worth },
  }: { part: FittedPart; history: GraphHistory; matches: Matches },
): Value {
  const { items, sessionStart } = tensors;
  assert(
    items !== undefined && sessionStart !== undefined,
    "a part of sessions holds `items` and `sessionStart`",
  );
  const starts = graph.constant(sessionStart);
  const one = graph.constant({ type: "int32", dims: [1], data: Int32Array.of(1) });
  const distances = Array.from({ length: 2 * WINDOW + 1 }, (_, place) => place - WINDOW);
  const dims = [1, 1, distances.length];
  const offsets = graph.constant({ type: "int32", dims, data: Int32Array.from(distances) });
  const perStep = 1 / (parameters.distanceDecay ?? 1);
  const kept = distances.map((distance) => Math.exp(-perStep * Math.max(Math.abs(distance) - 1, 0)));
  const near = graph.constant({ type: "float32", dims, data: Float32Array.from(kept) });
  const wide = (value: Value) => graph.op("Unsqueeze", [value, graph.ints(2)]);
  // Both borders are rows of the empty item.
  const before = graph.op("Sub", [graph.op("Gather", [starts, sessions]), one]);
  const behind = graph.op("Sub", [graph.op("Gather", [starts, graph.op("Add", [sessions, one])]), one]);
  const within = graph.op("Max", [
    graph.op("Min", [graph.op("Add", [wide(rows), offsets]), wide(behind)]),
    wide(before),
  ]);
  const flat = (value: Value) => graph.op("Reshape", [value, graph.ints(0, -1)]);
  const targets = graph.op("Cast", [flat(graph.op("Gather", [graph.constant(items), within]))], {
    to: { int: 7 },
  });
  const shape = graph.op("Concat", [batch, graph.ints(itemCount + 1)], { axis: { int: 0 } });
  const sums = graph.op(
    "ScatterElements",
    [graph.op("Expand", [graph.float(0), shape]), targets, flat(graph.op("Mul", [wide(worth), near]))],
    { axis: { int: 1 }, reduction: { text: "add" } },
  );
  return graph.op("Slice", [sums, graph.ints(0), graph.ints(itemCount), graph.ints(1)]);
}
