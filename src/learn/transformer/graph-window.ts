import type { Tensor } from "../../base/index.ts";
import type { GraphBuilder, Value } from "../../onnx/index.ts";
import type { GraphHistory } from "../model/graph-history.ts";

const INT64 = 7;
const FLOAT = 1;

export type FloatTensor = Tensor & { type: "float32" };

/**
 * The newest known interactions, newest first: their `places` int64 [B, k] in the history, k = min(W, L') as `length`, and
 * `absent` [B, 1, 1, k], −10⁹ for what only fills up. Unknown items and padding are stepped over as if they were not there.
 */
export function newest(graph: GraphBuilder, { rows, itemCount }: GraphHistory, window: number) {
  const isKnown = graph.op("Cast", [graph.op("Less", [rows, graph.ints(itemCount)])], { to: { int: FLOAT } });
  const after = graph.op("CumSum", [isKnown, graph.op("Squeeze", [graph.ints(1)])], {
    exclusive: { int: 1 },
    reverse: { int: 1 },
  });
  const missing = graph.op("Mul", [graph.op("Sub", [isKnown, graph.float(1)]), graph.float(1e6)]);
  const all = graph.op("Gather", [graph.op("Shape", [rows]), graph.ints(1)]);
  const length = graph.op("Min", [all, graph.ints(window)]);
  const [keys, places] = graph.ops("TopK", [graph.op("Sub", [missing, after]), length], 2) as [Value, Value];
  // Known ones have keys down to −W, the others −10⁶ and below.
  const isAbsent = graph.op("Cast", [graph.op("Less", [keys, graph.float(-5e5)])], { to: { int: FLOAT } });
  const absent = graph.op("Unsqueeze", [graph.op("Mul", [isAbsent, graph.float(-1e9)]), graph.ints(1, 2)]);
  return { places, length, absent };
}

/** int64 [B, k] as in `markCodes`, from ages in seconds, newest first: the time until the next one, or until now. */
export function gapCodes(graph: GraphBuilder, age: Value, last: Value): Value {
  const now = graph.op("Mul", [
    graph.op("Slice", [age, graph.ints(0), graph.ints(1), graph.ints(1)]),
    graph.float(0),
  ]);
  const next = graph.op("Slice", [
    graph.op("Concat", [now, age], { axis: { int: 1 } }),
    graph.ints(0),
    graph.ints(-1),
    graph.ints(1),
  ]);
  // Padding has any age: its codes count for nothing, but must be rows of the table.
  const gap = graph.op("Max", [graph.op("Sub", [age, next]), graph.float(0)]);
  const doublings = graph.op("Div", [
    graph.op("Log", [graph.op("Add", [gap, graph.float(1)])]),
    graph.float(Math.LN2),
  ]);
  return graph.op("Min", [graph.op("Cast", [doublings], { to: { int: INT64 } }), last]);
}

/** [heads, k, k] newest first: from i one looks at j ≥ i, at the distance j − i. */
export function distanceBias(
  graph: GraphBuilder,
  { dims, data: distance }: FloatTensor,
  length: Value,
): Value {
  const [heads, window] = dims as [number, number];
  const data = new Float32Array(heads * window * window);
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < window; i++) {
      for (let j = 0; j < window; j++) {
        data[(head * window + i) * window + j] = j < i ? -1e9 : (distance[head * window + j - i] as number);
      }
    }
  }
  const full = graph.constant({ type: "float32", dims: [heads, window, window], data });
  const rows = graph.op("Slice", [full, graph.ints(0), length, graph.ints(1)]);
  return graph.op("Slice", [rows, graph.ints(0), length, graph.ints(2)]);
}
