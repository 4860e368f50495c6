/** The one place that touches `node:zlib`: Node has it, workerd brings it under its Node compatibility. */
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** Zstandard's levels: `fresh` files live until the next compaction, and the consumer pays for them on its hot path. */
export const ZSTD_LEVELS = { fresh: 1, compact: 9 } as const;

export type Effort = keyof typeof ZSTD_LEVELS;

/**
 * workerd's Zstandard gives up ("Unexpected end of file") on what is longer than 40,960 bytes when compressed; Node's has no
 * such bound. Up to this many plain bytes the frame always fits.
 */
export const ZSTD_SAFE_BYTES = 40_000;

/** One Zstandard frame. What workerd cannot compress is framed as it is: longer, and as good to every reader. */
export function zstdCompress(bytes: Uint8Array, effort: Effort): Uint8Array {
  try {
    return zstdCompressSync(bytes, {
      params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVELS[effort] },
    });
  } catch (cause) {
    if (bytes.byteLength <= ZSTD_SAFE_BYTES) throw cause;
    return storedFrame(bytes);
  }
}

/** The greatest block that the format knows. */
const BLOCK_BYTES_MAX = 1 << 17;

/** A Zstandard frame (RFC 8878, section 3.1.1) of raw blocks: nothing is compressed. */
export function storedFrame(bytes: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(bytes.byteLength / BLOCK_BYTES_MAX));
  const frame = new Uint8Array(9 + 3 * blocks + bytes.byteLength);
  const view = new DataView(frame.buffer);
  view.setUint32(0, 0xfd2fb528, true);
  // One segment, its size in four bytes, neither checksum nor dictionary.
  frame[4] = 0b1010_0000;
  view.setUint32(5, bytes.byteLength, true);
  let at = 9;
  for (let block = 0; block < blocks; block++) {
    const part = bytes.subarray(block * BLOCK_BYTES_MAX, (block + 1) * BLOCK_BYTES_MAX);
    const header = (part.byteLength << 3) | (block === blocks - 1 ? 1 : 0);
    view.setUint16(at, header & 0xffff, true);
    frame[at + 2] = header >>> 16;
    frame.set(part, at + 3);
    at += 3 + part.byteLength;
  }
  return frame;
}

/** As hyparquet wants it: compressed pages in, plain pages out. */
export const DECOMPRESSORS = { ZSTD: (bytes: Uint8Array): Uint8Array => zstdDecompressSync(bytes) };
