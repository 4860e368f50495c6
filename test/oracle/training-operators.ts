import type { Node } from "../../src/onnx/index.ts";
import { coordinates, fill, type NdArray, placeOf, sizeOf } from "./array.ts";
import { OPERATORS } from "./operators.ts";

type Operator = (inputs: NdArray[], node: Node) => NdArray | NdArray[];

/** What graphs of training use beyond those of serving, or in more general forms: any axes, any transposition. */
export const TRAINING_OPERATORS: Record<string, Operator> = {
  ...OPERATORS,
  Neg: each((x) => -x),
  Log: each(Math.log),
  Reciprocal: each((x) => 1 / x),
  Sigmoid: each((x) => 1 / (1 + Math.exp(-x))),
  Tanh: each(Math.tanh),
  Relu: each((x) => Math.max(x, 0)),
  Sign: each(Math.sign),
  Softmax: byRow((row) => {
    const most = Math.max(...row);
    const powers = row.map((x) => Math.exp(x - most));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / sum);
  }),
  LogSoftmax: byRow((row) => {
    const most = Math.max(...row);
    const sum = row.reduce((a, x) => a + Math.exp(x - most), 0);
    return row.map((x) => x - most - Math.log(sum));
  }),
  ReduceSum: reduce((values) => values.reduce((a, b) => a + b, 0)),
  ReduceMean: reduce((values) => values.reduce((a, b) => a + b, 0) / values.length),
  ReduceSumSquare: reduce((values) => values.reduce((a, b) => a + b * b, 0)),
  Transpose: ([x], node) => {
    const from = must(x);
    const perm = node.attributes.perm;
    if (perm === undefined || !("ints" in perm)) throw new Error("Transpose has no perm");
    const dims = perm.ints.map((axis) => from.dims[axis] as number);
    const source = (at: number[]) => from.dims.map((_, axis) => at[perm.ints.indexOf(axis)] as number);
    return fill(from.type, dims, (at) => from.data[placeOf(source(at), from.dims)] as number);
  },
  Gemm: ([a, b], node) => {
    const turned = (x: NdArray, name: string) =>
      int(node, name, 0) === 1
        ? fill(x.type, x.dims.toReversed(), (at) => x.data[placeOf(at.toReversed(), x.dims)] as number)
        : x;
    return OPERATORS.MatMul?.([turned(must(a), "transA"), turned(must(b), "transB")], node) as NdArray;
  },
  /** Along the first axis, adding up. */
  ScatterElements: ([x, index, updates]) => {
    const [target, rows, values] = [must(x), must(index), must(updates)];
    const data = [...target.data];
    for (const [place, row] of rows.data.entries()) {
      const to = placeOf(coordinates(place, rows.dims).with(0, row), target.dims);
      data[to] = (data[to] as number) + (values.data[place] as number);
    }
    return { ...target, data };
  },
};

function must(array: NdArray | undefined): NdArray {
  if (array === undefined) throw new Error("an input is missing");
  return array;
}

function int(node: Node, name: string, otherwise: number): number {
  const attribute = node.attributes[name];
  return attribute !== undefined && "int" in attribute ? attribute.int : otherwise;
}

function each(operation: (x: number) => number): Operator {
  return ([x]) => ({ ...must(x), data: must(x).data.map(operation) });
}

/** Over the last axis. */
function byRow(operation: (row: number[]) => number[]): Operator {
  return ([x]) => {
    const { type, dims, data } = must(x);
    const width = dims.at(-1) as number;
    const rows = Array.from({ length: data.length / width }, (_, row) =>
      data.slice(row * width, (row + 1) * width),
    );
    return { type, dims, data: rows.flatMap(operation) };
  };
}

/** Over the axes of the second input, all without one; they stay with size 1 unless `keepdims` is 0. */
function reduce(operation: (values: number[]) => number): Operator {
  return ([x, axes], node) => {
    const from = must(x);
    const rank = from.dims.length;
    const over = axes === undefined ? [...from.dims.keys()] : axes.data.map((axis) => (axis + rank) % rank);
    const kept = from.dims.map((size, axis) => (over.includes(axis) ? 1 : size));
    const groups = Array.from({ length: sizeOf(kept) }, () => [] as number[]);
    for (const [place, value] of from.data.entries()) {
      const at = coordinates(place, from.dims).map((c, axis) => (over.includes(axis) ? 0 : c));
      groups[placeOf(at, kept)]?.push(value);
    }
    const dims = int(node, "keepdims", 1) === 1 ? kept : kept.filter((_, axis) => !over.includes(axis));
    return { type: from.type, dims, data: groups.map(operation) };
  };
}
