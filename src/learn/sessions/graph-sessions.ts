import type { GraphBuilder, Value } from "../../onnx/index.ts";
import type { GraphHistory } from "../model/graph-history.ts";
import type { FittedPart } from "../model/learner.ts";
import { type Matches, matches } from "./graph-matches.ts";
import { withReach } from "./graph-reach.ts";
import { withRepeats } from "./graph-repeats.ts";
import { nearness, WINDOW } from "./nearness.ts";
import { tensorOf } from "./tables.ts";

/** Least sum of scores that is divided by. */
const TOTAL_MIN = 1e-20;

/**
 * [B, N]: each place where an item of the history stands in a session lends the items around it the likeness of its session
 * to the history, less with their distance; in shares of what was lent. Then the best of them
 * pass on to their neighbours, and the items of the history gain by themselves.
 */
export function sessionScores(graph: GraphBuilder, part: FittedPart, history: GraphHistory): Value {
  const lent = lendToWindow(graph, { part, history, matches: matches(graph, part, history) });
  const weighed = graph.op("Mul", [lent, graph.constant(tensorOf(part, "itemWeight"))]);
  const total = graph.op("Max", [graph.op("ReduceSum", [weighed, graph.ints(1)]), graph.float(TOTAL_MIN)]);
  const shares = withReach(graph, {
    shares: graph.op("Div", [weighed, total]),
    batch: history.batch,
    part,
  });
  return withRepeats(graph, { shares, history, part });
}

/** [B, N] */
function lendToWindow(
  graph: GraphBuilder,
  {
    part,
    history: { batch, itemCount },
    matches: { sessions, rows, worth },
  }: { part: FittedPart; history: GraphHistory; matches: Matches },
): Value {
  const starts = graph.constant(tensorOf(part, "sessionStart"));
  const one = graph.constant({ type: "int32", dims: [1], data: Int32Array.of(1) });
  const distances = Array.from({ length: 2 * WINDOW + 1 }, (_, place) => place - WINDOW);
  const dims = [1, 1, distances.length];
  const offsets = graph.constant({ type: "int32", dims, data: Int32Array.from(distances) });
  const kept = distances.map((distance) => nearness(distance, part.parameters));
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
  const found = graph.op("Gather", [graph.constant(tensorOf(part, "items")), within]);
  const targets = graph.op("Cast", [flat(found)], { to: { int: 7 } });
  const shape = graph.op("Concat", [batch, graph.ints(itemCount + 1)], { axis: { int: 0 } });
  const sums = graph.op(
    "ScatterElements",
    [graph.op("Expand", [graph.float(0), shape]), targets, flat(graph.op("Mul", [wide(worth), near]))],
    { axis: { int: 1 }, reduction: { text: "add" } },
  );
  return graph.op("Slice", [sums, graph.ints(0), graph.ints(itemCount), graph.ints(1)]);
}
