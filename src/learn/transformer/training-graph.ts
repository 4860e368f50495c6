import { createGraph, encodeModel, type GraphBuilder, gradients, type Value } from "../../onnx/index.ts";
import { block, rmsNorm, type Sizes, weightDims } from "./network.ts";

/** One engine run: `rows` rows of `length` interactions, `negatives` items that all of them are compared with. */
export interface RunSizes extends Sizes {
  rows: number;
  length: number;
  negatives: number;
  /** Inputs `drop_…` multiply what the halves of blocks add. */
  dropout: boolean;
  /** Input `worth` says how much each token's loss counts. */
  weighted: boolean;
}

interface Logits {
  /** [T, 1] of the positive. */
  own: Value;
  /** [T, K + 2] of the negatives. */
  others: Value;
  columns: Value;
  real: Value;
  shift: Value;
  worth: Value | null;
}

/**
 * Softmax over the positive and the negatives. The positive's logit is put into column K, and a negative that is the positive
 * itself is hidden. The gradient by both is written down as it is, probability − label: a backward pass through the softmax
 * would go over [T, K] four times more.
 */
function sampledSoftmax(
  graph: GraphBuilder,
  { own, others, columns, real, shift, worth }: Logits,
  { rows, length, negatives: k }: RunSizes,
): { loss: Value; seeds: Map<Value, Value> } {
  const tokens = rows * length;
  const weighed = (value: Value) => (worth === null ? value : graph.op("Mul", [value, worth]));
  const scatter = (value: Value, at: Value) =>
    graph.op("ScatterElements", [value, columns, at], { axis: { int: 1 } });
  const hidden = graph.op("Expand", [graph.float(-1e9), graph.ints(tokens, 1)]);
  const updates = graph.op("Concat", [graph.op("Add", [own, shift]), hidden], { axis: { int: 1 } });
  const shares = graph.op("Softmax", [scatter(others, updates)], { axis: { int: -1 } });
  const share = graph.op("Slice", [shares, graph.ints(k), graph.ints(k + 1), graph.ints(1)]);
  const log = graph.op("Log", [graph.op("Add", [share, graph.float(1e-20)])]);
  const losses = graph.op("Mul", [graph.op("Neg", [log]), weighed(real)]);
  const zeros = graph.op("Expand", [graph.float(0), graph.ints(tokens, 2)]);
  return {
    loss: graph.op("ReduceSum", [losses], { keepdims: { int: 0 } }),
    seeds: new Map([
      [own, weighed(graph.op("Sub", [share, graph.float(1)]))],
      [others, weighed(scatter(shares, zeros))],
    ]),
  };
}

/**
 * Forward and backward pass of one micro-batch, T = rows · length tokens, all dims fixed. Inputs, float32 unless said:
 * - `x` [T, d] what stands for the interactions, `positives` [T, d] the vectors of the items that came next;
 * - `negatives` [K + 2, d], the last two rows zero; `shift` [] added to the positive's logit;
 * - `columns` int64 [T, 2] K, and the column of the negative that is the token's own positive (K + 1 for none);
 * - `real` [T, 1] 0 for padding; `worth` [T, 1] and `drop_…` [T, d] as `RunSizes` says;
 * - `bias` [heads, L, L] by distance, −10⁹ for what comes later; `apart` [rows, 1, L, L] −10⁹ between histories of one row;
 * - each weight by its name.
 *
 * Outputs: `loss` [], summed over tokens, and `d_…`, its gradient by each input that learns.
 */
export function trainingGraph(sizes: RunSizes): Uint8Array<ArrayBuffer> {
  const graph = createGraph("transformer-training");
  const { rows, length, width, heads, negatives: k } = sizes;
  const tokens = rows * length;
  const learning: { name: string; value: Value; dims: readonly number[] }[] = [];
  const fixed = (name: string, dims: readonly number[]) => graph.input(name, "float32", dims);
  const learned = (name: string, dims: readonly number[]) => {
    const value = fixed(name, dims);
    learning.push({ name, value, dims });
    return value;
  };
  const x = learned("x", [tokens, width]);
  const positives = learned("positives", [tokens, width]);
  const negatives = learned("negatives", [k + 2, width]);
  const weights = new Map(
    Object.entries(weightDims(sizes)).map(([name, dims]) => [name, learned(name, dims)] as const),
  );
  const distance = learned("bias", [heads, length, length]);
  const columns = graph.input("columns", "int64", [tokens, 2]);
  const real = fixed("real", [tokens, 1]);
  const shift = fixed("shift", []);
  const bias = graph.op("Add", [fixed("apart", [rows, 1, length, length]), distance]);
  const inputs = {
    sizes,
    layout: {
      split: graph.ints(rows, length, heads, width / heads),
      flat: graph.ints(tokens, width),
    },
    weight: (name: string) => weights.get(name) as Value,
    bias,
    drop: (value: Value, place: string) =>
      sizes.dropout ? graph.op("Mul", [value, fixed(`drop_${place}`, [tokens, width])]) : value,
  };
  let state = x;
  for (let index = 0; index < sizes.blocks; index++) state = block(graph, state, index, inputs);
  // Padding becomes a zero state, and gets and gives no gradient.
  const last = graph.op("Mul", [rmsNorm(graph, state, width), real]);
  const own = graph.op("ReduceSum", [graph.op("Mul", [last, positives]), graph.ints(1)]);
  const others = graph.op("Gemm", [last, negatives], { transB: { int: 1 } });
  const worth = sizes.weighted ? fixed("worth", [tokens, 1]) : null;
  const { loss, seeds } = sampledSoftmax(graph, { own, others, columns, real, shift, worth }, sizes);
  const found = gradients(
    graph,
    seeds,
    learning.map(({ value }) => value),
  );
  graph.output("loss", loss, "float32", []);
  for (const [index, { name, dims }] of learning.entries()) {
    graph.output(`d_${name}`, found[index] as Value, "float32", dims);
  }
  return encodeModel(graph.build());
}

/** Multiply-adds × 2: forward once, backward twice. */
export function runFlops({ rows, length, width, hidden, blocks, negatives }: RunSizes): number {
  const block = 4 * width * width + 2 * width * hidden + 2 * length * width;
  return 6 * rows * length * (blocks * block + negatives * width);
}
