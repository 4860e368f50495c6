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

/** Little-endian, as `raw_data` wants it and as every engine that runs us stores typed arrays. */
export function rawBytes({ data }: Tensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
