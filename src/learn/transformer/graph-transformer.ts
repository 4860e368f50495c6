import type { GraphBuilder, Value } from "../../onnx/index.ts";
import type { GraphHistory } from "../model/graph-history.ts";
import { floatVectors, type ItemVectors, levelVectors } from "../model/item-table.ts";
import type { FittedPart } from "../model/learner.ts";
import { distanceBias, type FloatTensor, gapCodes, newest } from "./graph-window.ts";
import { type BlockInputs, block, type Layout, rmsNorm, type Sizes } from "./network.ts";

/** [B, N] products of the last state with all item vectors; all equal for a history without known items. */
export function transformerScores(graph: GraphBuilder, part: FittedPart, history: GraphHistory): Value {
  return transformerState(graph, part, history, () => itemVectors(graph, part, history));
}

/** What `products` makes of the last state [B, d]. */
export function transformerState(
  graph: GraphBuilder,
  part: FittedPart,
  history: GraphHistory,
  vectors: () => ItemVectors,
): Value {
  const sizes = sizesOf(part);
  const { width, heads, blocks } = sizes;
  const weights = new Map<string, Value>();
  const weight = (name: string) => {
    const known = weights.get(name) ?? graph.constant(tensorOf(part, name));
    weights.set(name, known);
    return known;
  };
  const layout = (length: Value): Layout => ({
    split: graph.op("Concat", [history.batch, length, graph.ints(heads, width / heads)], {
      axis: { int: 0 },
    }),
    flat: graph.ints(-1, width),
  });
  const distance = tensorOf(part, "distance");
  const { places, length, absent } = newest(graph, history, distance.dims[1] as number);
  const bias = graph.op("Add", [distanceBias(graph, distance, length), absent]);
  const inputs: BlockInputs = { sizes, layout: layout(length), weight, bias, drop: (value) => value };
  const { rows, products } = vectors();
  let state = tokens(graph, part, history, { places, vectorsOf: rows, width });
  for (let index = 0; index + 1 < blocks; index++) state = block(graph, state, index, inputs);
  // Only the newest state is wanted: in the last block only it looks.
  const all = graph.op("Concat", [history.batch, length, graph.ints(width)], { axis: { int: 0 } });
  const newestOf = (value: Value, axis: number) =>
    graph.op("Slice", [value, graph.ints(0), graph.ints(1), graph.ints(axis)]);
  const first = newestOf(graph.op("Reshape", [state, all]), 1);
  const last = block(graph, state, blocks - 1, inputs, {
    x: graph.op("Reshape", [first, graph.ints(-1, width)]),
    layout: layout(graph.ints(1)),
    bias: newestOf(bias, 2),
  });
  return products(rmsNorm(graph, last, width));
}

function itemVectors(graph: GraphBuilder, part: FittedPart, { itemCount, form }: GraphHistory): ItemVectors {
  const vectors = tensorOf(part, "items");
  const columns = form === "plain" || form === "lean" ? floatVectors : levelVectors;
  return columns(graph, vectors, [itemCount, vectors.dims[1] as number]);
}

/** [B · k, d] what stands for the interactions: item vectors and marks, as in training. */
function tokens(
  graph: GraphBuilder,
  part: FittedPart,
  history: GraphHistory,
  { places, vectorsOf, width }: { places: Value; vectorsOf(rows: Value): Value; width: number },
): Value {
  const picked = (value: Value) => graph.op("GatherElements", [value, places], { axis: { int: 1 } });
  const flat = (value: Value) => graph.op("Reshape", [value, graph.ints(-1, width)]);
  const vectors = flat(vectorsOf(picked(history.rows)));
  let sum = graph.op("Mul", [vectors, graph.float(Math.sqrt(width))]);
  const mark = (name: string, codesUpTo: (last: Value) => Value) => {
    if (part.tensors[name] === undefined) return;
    const rows = tensorOf(part, name);
    const codes = codesUpTo(graph.ints((rows.dims[0] as number) - 1));
    sum = graph.op("Add", [sum, flat(graph.op("Gather", [graph.constant(rows), codes]))]);
  };
  mark("type", (last) => graph.op("Min", [picked(history.type), last]));
  mark("gap", (last) => gapCodes(graph, picked(history.age), last));
  return sum;
}

function sizesOf(part: FittedPart): Sizes {
  const { heads, blocks } = part.parameters;
  if (heads === undefined || blocks === undefined) throw new Error("the part has no sizes");
  const [width, hidden] = tensorOf(part, "wide0").dims as [number, number];
  return { width, hidden, heads, blocks };
}

export function tensorOf({ tensors }: FittedPart, name: string): FloatTensor {
  const tensor = tensors[name];
  if (tensor?.type !== "float32") throw new Error(`the part has no ${name}`);
  return tensor;
}
