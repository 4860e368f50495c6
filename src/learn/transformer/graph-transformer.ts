import type { Tensor } from "../../base/index.ts";
import type { GraphBuilder, Value } from "../../onnx/index.ts";
import type { GraphHistory } from "../model/graph-history.ts";
import type { FittedPart } from "../model/learner.ts";
import { block, rmsNorm, type Sizes } from "./network.ts";

const INT64 = 7;
const FLOAT = 1;

/** [B, N] products of the last state with all item vectors; all zero for a history without known items. */
export function transformerScores(graph: GraphBuilder, part: FittedPart, history: GraphHistory): Value {
  const { itemCount, parameters } = part;
  const tensor = (name: string) => graph.constant(tensorOf(part, name));
  const width = tensorOf(part, "items").dims[1] as number;
  const window = tensorOf(part, "distance").dims[1] as number;
  const sizes: Sizes = {
    width,
    heads: parameters.heads as number,
    blocks: parameters.blocks as number,
    hidden: tensorOf(part, "wide0").dims[1] as number,
  };
  const { places, length, absent } = newest(graph, history, window);
  const picked = (value: Value) => graph.op("GatherElements", [value, places], { axis: { int: 1 } });
  const table = tensor("items");
  const flat = graph.ints(-1, width);
  const vectors = graph.op("Reshape", [graph.op("Gather", [table, picked(history.rows)]), flat]);
  let state = graph.op("Mul", [vectors, graph.float(Math.sqrt(width))]);
  const mark = (name: string, codes: (last: Value) => Value) => {
    const table = part.tensors[name];
    if (table === undefined) return;
    const rows = graph.op("Gather", [
      graph.constant(table),
      codes(graph.ints((table.dims[0] as number) - 1)),
    ]);
    state = graph.op("Add", [state, graph.op("Reshape", [rows, flat])]);
  };
  mark("type", (last) => graph.op("Min", [picked(history.type), last]));
  mark("gap", (last) => gapCodes(graph, picked(history.age), last));
  const bias = graph.op("Add", [distanceBias(graph, part, length), absent]);
  const layout = {
    split: graph.op("Concat", [history.batch, length, graph.ints(sizes.heads, width / sizes.heads)], {
      axis: { int: 0 },
    }),
    flat,
  };
  const inputs = { sizes, layout, weight: tensor, bias, drop: (value: Value) => value };
  for (let index = 0; index < sizes.blocks; index++) state = block(graph, state, index, inputs);
  const shape = graph.op("Concat", [history.batch, length, graph.ints(width)], { axis: { int: 0 } });
  const first = graph.op(
    "Gather",
    [graph.op("Reshape", [state, shape]), graph.op("Squeeze", [graph.ints(0)])],
    {
      axis: { int: 1 },
    },
  );
  const scores = graph.op("Gemm", [rmsNorm(graph, first, width), table], { transB: { int: 1 } });
  return graph.op("Slice", [scores, graph.ints(0), graph.ints(itemCount), graph.ints(1)]);
}

/**
 * The newest known interactions, newest first: their `places` int64 [B, k] in the history, k = min(W, L') as `length`, and
 * `absent` [B, 1, 1, k], −10⁹ for what only fills up. Unknown items and padding are stepped over as if they were not there.
 */
function newest(graph: GraphBuilder, { rows, itemCount }: GraphHistory, window: number) {
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
function gapCodes(graph: GraphBuilder, age: Value, last: Value): Value {
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
function distanceBias(graph: GraphBuilder, part: FittedPart, length: Value): Value {
  const { dims, data: distance } = tensorOf(part, "distance");
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

function tensorOf({ tensors }: FittedPart, name: string): Tensor & { type: "float32" } {
  const tensor = tensors[name];
  if (tensor?.type !== "float32") throw new Error(`the part has no ${name}`);
  return tensor;
}
