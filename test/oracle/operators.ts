import type { Node } from "../../src/onnx/index.ts";
import { broadcastAt, broadcastDims, fill, type NdArray, placeOf, sizeOf } from "./array.ts";

type Operator = (inputs: NdArray[], node: Node) => NdArray | NdArray[];

/** ONNX element types by their number in Cast. */
const CAST: Record<number, NdArray["type"]> = { 1: "float32", 6: "int32", 7: "int64", 9: "bool" };

/** Each operator of our graphs after the ONNX specification, opset 18; attributes we never write are not known here. */
export const OPERATORS: Record<string, Operator> = {
  Identity: ([x]) => must(x),
  Add: pairwise((a, b) => a + b),
  Sub: pairwise((a, b) => a - b),
  Mul: pairwise((a, b) => a * b),
  Div: pairwise((a, b) => a / b),
  Max: pairwise(Math.max),
  Min: pairwise(Math.min),
  Greater: pairwise((a, b) => Number(a > b), "bool"),
  Where: ([condition, a, b]) => {
    const [test, x, y] = [must(condition), must(a), must(b)];
    return fill(x.type, broadcastDims(test.dims, x.dims, y.dims), (at) =>
      broadcastAt(test, at) !== 0 ? broadcastAt(x, at) : broadcastAt(y, at),
    );
  },
  Exp: each(Math.exp),
  Sqrt: each(Math.sqrt),
  Cast: ([x], node) => ({ ...must(x), type: CAST[int(node, "to")] as NdArray["type"] }),
  Shape: ([x]) => ({ type: "int64", dims: [must(x).dims.length], data: [...must(x).dims] }),
  Concat: (inputs, node) => {
    const axis = int(node, "axis");
    const first = must(inputs[0]);
    const ends = inputs.map((_, i) =>
      inputs.slice(0, i + 1).reduce((sum, x) => sum + (x.dims[axis] as number), 0),
    );
    return fill(first.type, first.dims.with(axis, ends.at(-1) as number), (at) => {
      const index = ends.findIndex((end) => (at[axis] as number) < end);
      const part = must(inputs[index]);
      const start = (ends[index] as number) - (part.dims[axis] as number);
      return part.data[placeOf(at.with(axis, (at[axis] as number) - start), part.dims)] as number;
    });
  },
  Expand: ([x, shape]) => {
    const from = must(x);
    return fill(from.type, broadcastDims(from.dims, must(shape).data), (at) => broadcastAt(from, at));
  },
  Gather: ([x, index]) => {
    const [table, picks] = [must(x), must(index)];
    const width = sizeOf(table.dims.slice(1));
    const data = picks.data.flatMap((pick) => {
      if (pick >= (table.dims[0] as number)) throw new Error(`Gather: ${pick} is out of range`);
      return table.data.slice(pick * width, (pick + 1) * width);
    });
    return { type: table.type, dims: [...picks.dims, ...table.dims.slice(1)], data };
  },
  Slice: ([x, starts, ends, axes]) => {
    const from = must(x);
    const [start, end, axis] = [starts, ends, axes].map((one) => must(one).data[0] as number) as [
      number,
      number,
      number,
    ];
    const dims = from.dims.with(axis, Math.min(end, from.dims[axis] as number) - start);
    return fill(
      from.type,
      dims,
      (at) => from.data[placeOf(at.with(axis, (at[axis] as number) + start), from.dims)] as number,
    );
  },
  GatherElements: ([x, index], node) => {
    const [from, at] = [must(x), must(index)];
    const axis = int(node, "axis");
    return fill(from.type, at.dims, (place) => {
      const pick = at.data[placeOf(place, at.dims)] as number;
      return from.data[placeOf(place.with(axis, pick), from.dims)] as number;
    });
  },
  Unsqueeze: ([x, axes]) => ({
    ...must(x),
    dims: must(x).dims.toSpliced(must(axes).data[0] as number, 0, 1),
  }),
  Squeeze: ([x, axes]) => ({ ...must(x), dims: must(x).dims.toSpliced(axes?.data[0] ?? 0, 1) }),
  Reshape: ([x, shape]) => {
    const dims = must(shape).data.map((dim, axis) => (dim === 0 ? (must(x).dims[axis] as number) : dim));
    const known = sizeOf(dims.filter((dim) => dim !== -1));
    return { ...must(x), dims: dims.map((dim) => (dim === -1 ? must(x).data.length / known : dim)) };
  },
  Transpose: ([x]) => {
    const from = must(x);
    return fill(
      from.type,
      from.dims.toReversed(),
      (at) => from.data[placeOf(at.toReversed(), from.dims)] as number,
    );
  },
  MatMul: ([a, b]) => multiply(must(a), must(b)),
  Gemm: ([a, b], node) => {
    if (int(node, "transB") !== 1) throw new Error("Gemm: only with transB");
    return multiply(must(a), OPERATORS.Transpose?.([must(b)], node) as NdArray);
  },
  ReduceSum: reduce((values) => values.reduce((sum, value) => sum + value, 0)),
  ReduceMin: reduce((values) => Math.min(...values)),
  CumSum: ([x], node) => {
    if (int(node, "exclusive") !== 1 || int(node, "reverse") !== 1)
      throw new Error("CumSum: only what follows");
    const from = must(x);
    return fill(from.type, from.dims, ([row, column]) => {
      const width = from.dims[1] as number;
      const start = (row as number) * width;
      return from.data
        .slice(start + (column as number) + 1, start + width)
        .reduce((sum, value) => sum + value, 0);
    });
  },
  ScatterElements: ([x, index, updates]) => {
    const [target, at, values] = [must(x), must(index), must(updates)];
    const data = [...target.data];
    const width = target.dims[1] as number;
    for (const [place, column] of at.data.entries()) {
      const row = Math.floor(place / (at.dims[1] as number));
      data[row * width + column] = (data[row * width + column] as number) + (values.data[place] as number);
    }
    return { ...target, data };
  },
  TopK: ([x, k]) => {
    const from = must(x);
    const width = from.dims[1] as number;
    const count = must(k).data[0] as number;
    if (count > width) throw new Error(`TopK: ${count} of ${width}`);
    const dims = [from.dims[0] as number, count];
    const orders = Array.from({ length: dims[0] as number }, (_, row) => {
      const value = (column: number) => from.data[row * width + column] as number;
      // Infinities subtract to NaN: compare them.
      const order = (a: number, b: number) => (value(a) === value(b) ? a - b : value(a) > value(b) ? -1 : 1);
      return [...Array(width).keys()].sort(order).slice(0, count);
    });
    const scores = orders.flatMap((list, row) =>
      list.map((column) => from.data[row * width + column] as number),
    );
    return [
      { type: from.type, dims, data: scores },
      { type: "int64", dims, data: orders.flat() },
    ];
  },
};

function must(array: NdArray | undefined): NdArray {
  if (array === undefined) throw new Error("an input is missing");
  return array;
}

function int(node: Node, name: string): number {
  const attribute = node.attributes[name];
  if (attribute === undefined || !("int" in attribute)) throw new Error(`${node.op} has no ${name}`);
  return attribute.int;
}

function pairwise(operation: (a: number, b: number) => number, type?: NdArray["type"]): Operator {
  return ([a, b]) => {
    const [x, y] = [must(a), must(b)];
    return fill(type ?? x.type, broadcastDims(x.dims, y.dims), (at) =>
      operation(broadcastAt(x, at), broadcastAt(y, at)),
    );
  };
}

function each(operation: (a: number) => number): Operator {
  return ([x]) => ({ ...must(x), data: must(x).data.map(operation) });
}

/** Over the one axis that the second input names, the last where it names none. */
function reduce(operation: (values: number[]) => number): Operator {
  return ([x, axes], node) => {
    const from = must(x);
    const axis = axes?.data[0] ?? from.dims.length - 1;
    const kept = fill(from.type, from.dims.with(axis, 1), (at) =>
      operation(
        Array.from({ length: from.dims[axis] as number }, (_, place) => {
          return from.data[placeOf(at.with(axis, place), from.dims)] as number;
        }),
      ),
    );
    const keeps = node.attributes.keepdims;
    return keeps !== undefined && "int" in keeps && keeps.int === 0
      ? { ...kept, dims: kept.dims.toSpliced(axis, 1) }
      : kept;
  };
}

/** [.., m, k] × [k, n] or [b, m, k] × [b, k, n] */
function multiply(a: NdArray, b: NdArray): NdArray {
  const inner = a.dims.at(-1) as number;
  const dims = [...a.dims.slice(0, -1), b.dims.at(-1) as number];
  return fill(a.type, dims, (at) => {
    let sum = 0;
    for (let i = 0; i < inner; i++) {
      const left = a.data[placeOf(at.with(-1, i), a.dims)] as number;
      const right = b.dims.length === 2 ? [i, at.at(-1) as number] : at.with(-2, i);
      sum += left * (b.data[placeOf(right, b.dims)] as number);
    }
    return sum;
  });
}
