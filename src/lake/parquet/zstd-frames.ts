import { assert } from "../../base/index.ts";

const MAGIC = 0xfd2fb528;

/** Where each Zstandard frame ends, of frames one after the other (RFC 8878, section 3.1.1). */
export function frameEnds(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ends: number[] = [];
  for (let at = 0; at < bytes.byteLength; at = ends.at(-1) ?? bytes.byteLength) {
    assert(view.getUint32(at, true) === MAGIC, "a Zstandard frame begins here");
    const descriptor = view.getUint8(at + 4);
    ends.push(blocksEnd(view, at + 5 + headerBytes(descriptor)) + ((descriptor & 0b100) === 0 ? 0 : 4));
  }
  return ends;
}

/** Bytes between a frame's descriptor and its first block. */
function headerBytes(descriptor: number): number {
  const isSingleSegment = (descriptor & 0b10_0000) !== 0;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6] ?? 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 0b11] ?? 0;
  return (isSingleSegment ? 0 : 1) + dictionaryBytes + sizeBytes;
}

/** Of a block whose bytes are all the same only one is stored. */
const REPEATED = 1;

function blocksEnd(view: DataView, from: number): number {
  let at = from;
  for (;;) {
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const stored = ((header >>> 1) & 0b11) === REPEATED ? 1 : header >>> 3;
    at += 3 + stored;
    if ((header & 1) === 1) return at;
  }
}
