import type { Strongest } from "./strongest.ts";

/** Bytes before the columns: the next block's number, on eight so that floats stand aligned. */
const HEADER_BYTES = 8;

/** What a fit has after `block` blocks. */
export function writeState(block: number, { counts, columns, values }: Strongest): Uint8Array<ArrayBuffer> {
  const parts = [values, columns, counts];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, HEADER_BYTES));
  new DataView(bytes.buffer).setUint32(0, block, true);
  let offset = HEADER_BYTES;
  for (const part of parts) {
    bytes.set(bytesOf(part), offset);
    offset += part.byteLength;
  }
  return bytes;
}

/** Fills `into`, of the same size as what was written, and returns the block to go on with: 0 where nothing was written. */
export function readState(bytes: Uint8Array | null, into: Strongest): number {
  if (bytes === null) return 0;
  let offset = HEADER_BYTES;
  for (const part of [into.values, into.columns, into.counts]) {
    bytesOf(part).set(bytes.subarray(offset, offset + part.byteLength));
    offset += part.byteLength;
  }
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
