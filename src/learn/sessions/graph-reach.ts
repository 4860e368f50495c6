import type { GraphBuilder, Value } from "../../onnx/index.ts";
import type { FittedPart } from "../model/learner.ts";
import { tensorOf } from "./tables.ts";

/** Items that pass something on. */
const PASSING_MAX = 50;

/**
 * [B, N] shares → shares + `reach` · what the best items lend to their own neighbours, each by the root of its share: a second
 * step, for histories whose own sessions say little. `reach` 0 leaves it out.
 */
export function withReach(
  graph: GraphBuilder,
  { shares, batch, part }: { shares: Value; batch: Value; part: FittedPart },
): Value {
  const { itemCount, parameters } = part;
  const reach = parameters.reach ?? 0;
  if (reach === 0) return shares;
  const count = Math.min(PASSING_MAX, itemCount);
  const [values, items] = graph.ops("TopK", [shares, graph.ints(count)], 2) as [Value, Value];
  const roots = graph.op("Sqrt", [values]);
  const total = graph.op("Max", [graph.op("ReduceSum", [roots, graph.ints(1)]), graph.float(1e-20)]);
  const scales = graph.op("Gather", [graph.constant(tensorOf(part, "scales")), items]);
  const passing = graph.op("Mul", [
    graph.op("Mul", [graph.op("Div", [roots, total]), scales]),
    graph.float(reach),
  ]);
  const levels = graph.op("Gather", [graph.constant(tensorOf(part, "levels")), items]); // [B, K, T]
  const lent = graph.op("Mul", [
    graph.op("Cast", [levels], { to: { int: 1 } }),
    graph.op("Unsqueeze", [passing, graph.ints(2)]),
  ]);
  const flat = (value: Value) => graph.op("Reshape", [value, graph.ints(0, -1)]);
  const neighbours = graph.op("Gather", [graph.constant(tensorOf(part, "neighbours")), items]);
  const targets = graph.op("Cast", [flat(neighbours)], { to: { int: 7 } });
  const empty = graph.op("Expand", [
    graph.float(0),
    graph.op("Concat", [batch, graph.ints(1)], { axis: { int: 0 } }),
  ]);
  const sums = graph.op(
    "ScatterElements",
    [graph.op("Concat", [shares, empty], { axis: { int: 1 } }), targets, flat(lent)],
    { axis: { int: 1 }, reduction: { text: "add" } },
  );
  return graph.op("Slice", [sums, graph.ints(0), graph.ints(itemCount), graph.ints(1)]);
}
