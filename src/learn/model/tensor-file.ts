import type { Tensor } from "../../base/index.ts";

/** JSON's part of the file: what the caller gives, and where the tensors are. */
interface Header {
  head: unknown;
  tensors: { name: string; type: Tensor["type"]; dims: readonly number[]; length: number }[];
}

const ARRAYS = {
  float32: Float32Array,
  int64: BigInt64Array,
  int32: Int32Array,
  uint16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/** Named tensors as one object: header length, JSON header, then the tensors, each aligned to 8 bytes. Lives as long as its run. */
export function encodeTensors(
  head: unknown,
  tensors: Readonly<Record<string, Tensor>>,
): Uint8Array<ArrayBuffer> {
  const named = Object.entries(tensors);
  const header: Header = {
    head,
    tensors: named.map(([name, { type, dims, data }]) => ({ name, type, dims, length: data.length })),
  };
  const headerBytes = new TextEncoder().encode(JSON.stringify(header));
  let size = align(4 + headerBytes.byteLength);
  const offsets = named.map(([, { data }]) => {
    const offset = size;
    size = align(size + data.byteLength);
    return offset;
  });
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, headerBytes.byteLength, true);
  bytes.set(headerBytes, 4);
  for (const [index, [, { data }]] of named.entries()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offsets[index]);
  }
  return bytes;
}

/** The tensors lie on `bytes`: nothing is copied, and to discard one is to discard all. */
export function decodeTensors(bytes: Uint8Array<ArrayBuffer>): {
  head: unknown;
  tensors: Record<string, Tensor>;
} {
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const { head, tensors } = JSON.parse(
    new TextDecoder().decode(bytes.subarray(4, 4 + headerLength)),
  ) as Header;
  let offset = align(4 + headerLength);
  const read = ({ type, dims, length }: Header["tensors"][number]): Tensor => {
    const data = new ARRAYS[type](bytes.buffer, bytes.byteOffset + offset, length);
    offset = align(offset + data.byteLength);
    return { type, dims, data } as Tensor;
  };
  return { head, tensors: Object.fromEntries(tensors.map((tensor) => [tensor.name, read(tensor)])) };
}

function align(offset: number): number {
  return (offset + 7) & ~7;
}
