import type { GraphBuilder, Value } from "../../onnx/index.ts";
import type { GraphHistory } from "../model/graph-history.ts";
import type { FittedPart } from "../model/learner.ts";

/** Interactions after which one counts 1/e for its item's return. */
const RETURN_DECAY = 10;
/** The newest item has just been had: it counts this much of the one before it. */
const NEWEST_RETURN = 0.2;
/** Share of all scores that an item of the history has at least, for one interaction. */
const RETURN_FLOOR = 0.02;

/**
 * [B, N] shares → shares · (1 + r) + floor · r, where r = `repeat` · Σ decay over the item's interactions in the history: what
 * somebody had comes back, the more often it was there. `repeat` 0 leaves it out.
 */
export function withRepeats(
  graph: GraphBuilder,
  { shares, history, part }: { shares: Value; history: GraphHistory; part: FittedPart },
): Value {
  const repeat = part.parameters.repeat ?? 0;
  if (repeat === 0) return shares;
  const { rows, after, mask, batch, itemCount } = history;
  const decay = graph.op("Exp", [graph.op("Mul", [after, graph.float(-1 / RETURN_DECAY)])]);
  const isNewest = graph.op("Less", [after, graph.float(0.5)]);
  const rate = graph.op("Where", [isNewest, graph.float(repeat * NEWEST_RETURN), graph.float(repeat)]);
  const counted = graph.op("Mul", [graph.op("Mul", [decay, rate]), mask]);
  const shape = graph.op("Concat", [batch, graph.ints(itemCount + 1)], { axis: { int: 0 } });
  const zeros = graph.op("Expand", [graph.float(0), shape]);
  const sums = graph.op("ScatterElements", [zeros, rows, counted], {
    axis: { int: 1 },
    reduction: { text: "add" },
  });
  const returns = graph.op("Slice", [sums, graph.ints(0), graph.ints(itemCount), graph.ints(1)]);
  const gain = graph.op("Mul", [returns, graph.op("Add", [shares, graph.float(RETURN_FLOOR)])]);
  return graph.op("Add", [shares, gain]);
}
