import type { Tensor } from "../../src/base/index.ts";

/** A tensor in double precision, whatever its type: the oracle is plain, not fast. */
export interface NdArray {
  type: Tensor["type"];
  dims: number[];
  data: number[];
}

export function fromTensor({ type, dims, data }: Tensor): NdArray {
  return { type, dims: [...dims], data: Array.from(data as ArrayLike<number | bigint>, Number) };
}

export function toTensor({ type, dims, data }: NdArray): Tensor {
  switch (type) {
    case "float32":
      return { type, dims, data: Float32Array.from(data) };
    case "int64":
      return { type, dims, data: BigInt64Array.from(data, BigInt) };
    case "int32":
      return { type, dims, data: Int32Array.from(data) };
    case "uint16":
      return { type, dims, data: Uint16Array.from(data) };
    case "int8":
      return { type, dims, data: Int8Array.from(data) };
    case "uint8":
    case "bool":
      return { type, dims, data: Uint8Array.from(data) };
  }
}

export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/** Row-major strides. */
export function stridesOf(dims: readonly number[]): number[] {
  return dims.map((_, axis) => sizeOf(dims.slice(axis + 1)));
}

/** Coordinates of a place in row-major order. */
export function coordinates(place: number, dims: readonly number[]): number[] {
  return stridesOf(dims).map((stride, axis) => Math.floor(place / stride) % (dims[axis] as number));
}

export function placeOf(at: readonly number[], dims: readonly number[]): number {
  return stridesOf(dims).reduce((place, stride, axis) => place + stride * (at[axis] as number), 0);
}

/** Common shape by ONNX's (numpy's) rules. */
export function broadcastDims(...shapes: readonly number[][]): number[] {
  const rank = Math.max(...shapes.map((dims) => dims.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((dims) => dims[axis - rank + dims.length] ?? 1);
    const size = sizes.find((one) => one !== 1) ?? 1;
    if (sizes.some((one) => one !== 1 && one !== size))
      throw new Error(`cannot broadcast ${shapes.join(" and ")}`);
    return size;
  });
}

/** The value of an array at a place of the broadcast shape. */
export function broadcastAt(array: NdArray, at: readonly number[]): number {
  const own = at.slice(at.length - array.dims.length).map((c, axis) => (array.dims[axis] === 1 ? 0 : c));
  return array.data[placeOf(own, array.dims)] as number;
}

/** An array whose values are computed from their coordinates. */
export function fill(type: Tensor["type"], dims: number[], value: (at: number[]) => number): NdArray {
  return {
    type,
    dims,
    data: Array.from({ length: sizeOf(dims) }, (_, place) => value(coordinates(place, dims))),
  };
}
