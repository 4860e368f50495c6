import type { GraphBuilder, Value } from "../../onnx/index.ts";

export interface Sizes {
  /** d, of item vectors and of the states. */
  width: number;
  heads: number;
  blocks: number;
  /** Width inside the feed-forward half of a block. */
  hidden: number;
}

/** How the rows of a matrix [B · L, d] stand: B histories of L interactions. */
export interface Layout {
  /** int64 [4] B, L, heads, d / heads */
  split: Value;
  /** int64 [2] B · L, d */
  flat: Value;
}

/** Dims of the weights by name, in the order in which they are drawn. */
export function weightDims({ width, blocks, hidden }: Sizes): Record<string, readonly [number, number]> {
  const dims: Record<string, readonly [number, number]> = {};
  for (let block = 0; block < blocks; block++) {
    for (const name of ["query", "key", "value", "mixed"]) dims[`${name}${block}`] = [width, width];
    dims[`wide${block}`] = [width, hidden];
    dims[`narrow${block}`] = [hidden, width];
  }
  return dims;
}

const NORM_EPSILON = 1e-6;

/** x / rms(x), row by row (Zhang & Sennrich, NeurIPS 2019), without a gain: every norm is followed by a matrix. */
export function rmsNorm(graph: GraphBuilder, x: Value, width: number): Value {
  const squares = graph.op("ReduceSumSquare", [x, graph.ints(1)]);
  const mean = graph.op("Mul", [squares, graph.float(1 / width)]);
  const root = graph.op("Sqrt", [graph.op("Add", [mean, graph.float(NORM_EPSILON)])]);
  return graph.op("Mul", [x, graph.op("Reciprocal", [root])]);
}

/** Everything that a block reads beside its input. */
export interface BlockInputs {
  sizes: Sizes;
  layout: Layout;
  weight(name: string): Value;
  /** Added to the products of queries and keys, broadcast to [B, heads, L, L]: by distance, −∞ where one may not look. */
  bias: Value;
  /** Dropout in training: multiplies what a half of a block adds. */
  drop(value: Value, place: string): Value;
}

/** Those of a block's rows that look: all of them, or, where only the last state is wanted, one of each history. */
export interface Lookers {
  x: Value;
  layout: Layout;
  /** [B or 1, heads or 1, lookers, L] as in `BlockInputs`. */
  bias: Value;
}

/**
 * One block, norms before its halves (Xiong et al., ICML 2020): causal attention, then a feed-forward half with squared ReLU
 * (So et al., NeurIPS 2021), which costs two cheap passes forward and two back. Gives the lookers' states, by default of all rows.
 */
export function block(
  graph: GraphBuilder,
  x: Value,
  index: number,
  inputs: BlockInputs,
  lookers: Lookers = { x, layout: inputs.layout, bias: inputs.bias },
): Value {
  const { sizes, weight, drop } = inputs;
  const attended = attention(graph, x, index, inputs, lookers);
  const between = graph.op("Add", [lookers.x, drop(attended, `attention${index}`)]);
  const wide = graph.op("MatMul", [rmsNorm(graph, between, sizes.width), weight(`wide${index}`)]);
  const positive = graph.op("Relu", [wide]);
  const squared = graph.op("Mul", [positive, positive]);
  const narrow = graph.op("MatMul", [squared, weight(`narrow${index}`)]);
  return graph.op("Add", [between, drop(narrow, `forward${index}`)]);
}

/** [B · L, d] → [B · lookers, d]; the scale 1/√(d / heads) is in the weights' first values. */
function attention(
  graph: GraphBuilder,
  x: Value,
  index: number,
  { sizes, layout, weight }: BlockInputs,
  lookers: Lookers,
): Value {
  const all = rmsNorm(graph, x, sizes.width);
  const own = lookers.x === x ? all : rmsNorm(graph, lookers.x, sizes.width);
  const project = (name: string, from: Value, { split }: Layout, perm: readonly number[]) => {
    const projected = graph.op("MatMul", [from, weight(`${name}${index}`)]);
    return graph.op("Transpose", [graph.op("Reshape", [projected, split])], { perm: { ints: perm } });
  };
  const query = project("query", own, lookers.layout, [0, 2, 1, 3]); // [B, heads, lookers, d / heads]
  const key = project("key", all, layout, [0, 2, 3, 1]); // [B, heads, d / heads, L]
  const value = project("value", all, layout, [0, 2, 1, 3]);
  const scores = graph.op("Add", [graph.op("MatMul", [query, key]), lookers.bias]);
  const shares = graph.op("Softmax", [scores], { axis: { int: -1 } });
  const mixed = graph.op("Transpose", [graph.op("MatMul", [shares, value])], {
    perm: { ints: [0, 2, 1, 3] },
  });
  return graph.op("MatMul", [graph.op("Reshape", [mixed, lookers.layout.flat]), weight(`mixed${index}`)]);
}
