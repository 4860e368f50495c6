import type { GraphBuilder, Value } from "../../onnx/index.ts";
import type { GraphHistory } from "../model/graph-history.ts";
import type { FittedPart } from "../model/learner.ts";

/** float32 */
const FLOAT = 1;
/** int64 */
const INT = 7;

/** [B, N]: the neighbour rows of the history, each times its event's weight, added up where they point; order does not count. */
export function graphFilterScores(graph: GraphBuilder, part: FittedPart, history: GraphHistory): Value {
  const { indices, levels, scales } = part.tensors;
  if (indices === undefined || levels === undefined || scales === undefined) {
    throw new Error("a part of graphFilter holds `indices`, `levels` and `scales`");
  }
  const { rows, weight, batch, itemCount } = history;
  const cast = (value: Value, to: number) => graph.op("Cast", [value], { to: { int: to } });
  const flat = (value: Value) => graph.op("Reshape", [value, graph.ints(0, -1)]);
  // Padding points to row N, whose scale is 0.
  const factors = graph.op("Mul", [graph.op("Gather", [graph.constant(scales), rows]), weight]);
  const values = graph.op("Mul", [
    cast(graph.op("Gather", [graph.constant(levels), rows]), FLOAT),
    graph.op("Unsqueeze", [factors, graph.ints(2)]),
  ]);
  const targets = cast(flat(graph.op("Gather", [graph.constant(indices), rows])), INT);
  const shape = graph.op("Concat", [batch, graph.ints(itemCount)], { axis: { int: 0 } });
  const zeros = graph.op("Expand", [graph.float(0), shape]);
  return graph.op("ScatterElements", [zeros, targets, flat(values)], {
    axis: { int: 1 },
    reduction: { text: "add" },
  });
}
