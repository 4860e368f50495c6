import type { Tensor } from "../../base/index.ts";
import type { Value } from "../builder.ts";
import type { Graph, Node } from "../graph.ts";
import { intOf, intsOf } from "./attributes.ts";

/** Sizes of every value of a graph. */
export type Dims = ReadonlyMap<Value, readonly number[]>;

type Infer = (
  inputs: readonly (readonly number[])[],
  node: Node,
  ints: (index: number) => number[],
) => readonly number[][];

const same: Infer = ([x]) => [[...(x ?? [])]];
const broadcast: Infer = (inputs) => [broadcastDims(inputs)];

/** Reductions keep the axes with size 1 unless `keepdims` is 0; no axes means all. */
const reduced: Infer = ([x = []], node, ints) => {
  const axes = reductionAxes(x.length, node, ints);
  const kept = intOf(node, "keepdims", 1) === 1;
  return [x.flatMap((size, axis) => (axes.includes(axis) ? (kept ? [1] : []) : [size]))];
};

const INFER: Readonly<Record<string, Infer>> = {
  Identity: same,
  Cast: same,
  Neg: same,
  Exp: same,
  Log: same,
  Sqrt: same,
  Reciprocal: same,
  Sigmoid: same,
  Tanh: same,
  Relu: same,
  Sign: same,
  Softmax: same,
  LogSoftmax: same,
  ScatterElements: same,
  Add: broadcast,
  Sub: broadcast,
  Mul: broadcast,
  Div: broadcast,
  ReduceSum: reduced,
  ReduceMean: reduced,
  ReduceSumSquare: reduced,
  GatherElements: ([, index = []]) => [[...index]],
  Gather: ([table = [], index = []]) => [[...index, ...table.slice(1)]],
  MatMul: ([a = [], b = []]) => [
    [...broadcastDims([a.slice(0, -2), b.slice(0, -2)]), a.at(-2) as number, b.at(-1) as number],
  ],
  Gemm: ([a = [], b = []], node) => [
    [a[intOf(node, "transA", 0)] as number, b[1 - intOf(node, "transB", 0)] as number],
  ],
  Reshape: ([x = []], _, ints) => {
    const dims = ints(1).map((size, axis) => (size === 0 ? (x[axis] as number) : size));
    const known = sizeOf(dims.filter((size) => size !== -1));
    return [dims.map((size) => (size === -1 ? sizeOf(x) / known : size))];
  },
  Expand: ([x = []], _, ints) => [broadcastDims([x, ints(1)])],
  Transpose: ([x = []], node) => [intsOf(node, "perm").map((axis) => x[axis] as number)],
  Unsqueeze: ([x = []], _, ints) => [ints(1).reduce((dims, axis) => dims.toSpliced(axis, 0, 1), [...x])],
  Squeeze: ([x = []], _, ints) => [x.filter((_size, axis) => !ints(1).includes(axis))],
  Concat: (inputs, node) => {
    const axis = intOf(node, "axis");
    return [
      [...(inputs[0] ?? [])].with(
        axis,
        inputs.reduce((sum, dims) => sum + (dims[axis] as number), 0),
      ),
    ];
  },
  Slice: ([x = []], _, ints) => {
    const [start, end, axis] = [ints(1)[0], ints(2)[0], ints(3)[0]] as [number, number, number];
    return [[...x].with(axis, Math.min(end, x[axis] as number) - start)];
  },
};

/** Infers every value's dims from inputs whose dims are all numbers. Throws on an operator that has no gradient here. */
export function inferDims(graph: Graph): Dims {
  const dims = new Map<Value, readonly number[]>();
  for (const input of graph.inputs) {
    if (!input.dims.every((size) => typeof size === "number"))
      throw new Error(`${input.name} has no fixed dims`);
    dims.set(input.name, input.dims as readonly number[]);
  }
  for (const [name, tensor] of graph.initializers) dims.set(name, tensor.dims);
  for (const node of graph.nodes) {
    const infer = INFER[node.op];
    if (infer === undefined) throw new Error(`dims of ${node.op} are not known here`);
    const inputs = node.inputs.map((name) => dims.get(name) ?? []);
    const outputs = infer(inputs, node, (index) => constantInts(graph, node.inputs[index]));
    for (const [index, name] of node.outputs.entries()) dims.set(name, outputs[index] ?? []);
  }
  return dims;
}

/** The values of an int64 constant: shapes and axes of a training graph never depend on data. */
export function constantInts(graph: Graph, name: Value | undefined): number[] {
  if (name === undefined) return [];
  const tensor: Tensor | undefined = graph.initializers.get(name);
  if (tensor?.type !== "int64") throw new Error(`${name} is not a constant of integers`);
  return Array.from(tensor.data, Number);
}

export function reductionAxes(rank: number, node: Node, ints: (index: number) => number[]): number[] {
  // ReduceSum takes its axes as an input since opset 13, the other reductions since opset 18.
  const axes = node.inputs[1] === undefined ? Array.from({ length: rank }, (_, axis) => axis) : ints(1);
  return axes.map((axis) => (axis < 0 ? axis + rank : axis));
}

export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

function broadcastDims(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((dims) => dims.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((dims) => dims[axis - rank + dims.length] ?? 1);
    const size = sizes.find((one) => one !== 1) ?? 1;
    if (sizes.some((one) => one !== 1 && one !== size))
      throw new Error(`cannot broadcast ${shapes.join(" and ")}`);
    return size;
  });
}
