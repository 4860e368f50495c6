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

/** Of the header, left free for a head that grows. */
const HEAD_ROOM = 8_192;

/** Named tensors as one object: header length, JSON header, then the tensors, each aligned to 8 bytes. Lives as long as its run. */
export function encodeTensors(
  head: unknown,
  tensors: Readonly<Record<string, Tensor>>,
): Uint8Array<ArrayBuffer> {
  const { bytes, tensors: laid } = layTensors(tensors, head, 0);
  for (const [name, { data }] of Object.entries(laid)) data.set(tensors[name]?.data as never);
  return bytes;
}

/** Such an object for tensors yet to be written, all zero, with room for a head: they lie on it, and are never copied. */
export function reserveTensors(shapes: Readonly<Record<string, Pick<Tensor, "type" | "dims">>>): {
  bytes: Uint8Array<ArrayBuffer>;
  tensors: Record<string, Tensor>;
} {
  return layTensors(shapes, null, HEAD_ROOM);
}

function layTensors(
  shapes: Readonly<Record<string, Pick<Tensor, "type" | "dims">>>,
  head: unknown,
  room: number,
) {
  const places = Object.entries(shapes).map(([name, { type, dims }]) => {
    const length = dims.reduce((product, size) => product * size, 1);
    return { name, type, dims, length };
  });
  const header = new TextEncoder().encode(JSON.stringify({ head, tensors: places } satisfies Header));
  const headerLength = header.byteLength + room;
  const size = places.reduce(
    (sum, { type, length }) => align(sum + length * ARRAYS[type].BYTES_PER_ELEMENT),
    align(4 + headerLength),
  );
  const bytes = new Uint8Array(size);
  writeHeader(bytes, header, headerLength);
  return { bytes, tensors: decodeTensors(bytes).tensors };
}

/** Spaces behind it are nothing to JSON. */
function writeHeader(bytes: Uint8Array, header: Uint8Array, headerLength: number): void {
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(0, headerLength, true);
  bytes.fill(0x20, 4, 4 + headerLength);
  bytes.set(header, 4);
}

/** Puts another head in; false where there is no room for it, and nothing is written. */
export function replaceHead(bytes: Uint8Array<ArrayBuffer>, head: unknown): boolean {
  const { headerLength, tensors } = readHeader(bytes);
  const header = new TextEncoder().encode(JSON.stringify({ head, tensors } satisfies Header));
  if (header.byteLength > headerLength) return false;
  writeHeader(bytes, header, headerLength);
  return true;
}

function readHeader(bytes: Uint8Array<ArrayBuffer>): Header & { headerLength: number } {
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headerLength))) as Header;
  return { ...header, headerLength };
}

/** The tensors lie on `bytes`: nothing is copied, and to discard one is to discard all. */
export function decodeTensors(bytes: Uint8Array<ArrayBuffer>): {
  head: unknown;
  tensors: Record<string, Tensor>;
} {
  const { headerLength, head, tensors } = readHeader(bytes);
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
