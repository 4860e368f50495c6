import type { Tensor } from "../base/index.ts";

/** TensorProto.DataType of the types we write. */
export const DATA_TYPES: Record<Tensor["type"], number> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int32: 6,
  int64: 7,
  bool: 9,
};

const TYPES = new Map(Object.entries(DATA_TYPES).map(([type, code]) => [code, type as Tensor["type"]]));

export function typeOfCode(code: number): Tensor["type"] {
  const type = TYPES.get(code);
  if (type === undefined) throw new Error(`ONNX tensor type ${code} is none of ours`);
  return type;
}

/** Little-endian, as `raw_data` wants it and as every engine that runs us stores typed arrays. */
export function rawBytes({ data }: Tensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Copies, so that the tensor is aligned whatever its place in the file. */
export function tensorOfBytes(type: Tensor["type"], dims: readonly number[], bytes: Uint8Array): Tensor {
  const { buffer } = new Uint8Array(bytes);
  switch (type) {
    case "float32":
      return { type, dims, data: new Float32Array(buffer) };
    case "int64":
      return { type, dims, data: new BigInt64Array(buffer) };
    case "int32":
      return { type, dims, data: new Int32Array(buffer) };
    case "uint16":
      return { type, dims, data: new Uint16Array(buffer) };
    case "int8":
      return { type, dims, data: new Int8Array(buffer) };
    case "uint8":
    case "bool":
      return { type, dims, data: new Uint8Array(buffer) };
  }
}
