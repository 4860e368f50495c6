/** The one place that touches `node:zlib`: Node has it, workerd brings it under its Node compatibility. */
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { joined } from "./bytes.ts";
import { frameEnds } from "./zstd-frames.ts";

/**
 * Zstandard's levels: `fresh` files live until the next compaction, and the consumer pays for them on its hot path. Higher ones
 * than its default for the others would save a fiftieth of the bytes, and take seconds over what does not compress.
 */
const LEVELS = { fresh: 1, compact: 3 } as const;

export type Effort = keyof typeof LEVELS;

/** workerd's Zstandard fails ("Unexpected end of file") when a frame gets longer than 40,960 bytes; of this many none does. */
export const FRAME_BYTES_MAX = 40_000;

/** The output's memory is taken in pieces of this, however little comes out; most pages are far smaller. */
const CHUNK_BYTES = 16_384;
/** A piece that is full to its end calls for another. */
const SPARE_BYTES = 64;

/** One Zstandard frame, or, of longer bytes, several one after the other, which decompress as one (RFC 8878, section 3). */
export function zstdCompress(bytes: Uint8Array, effort: Effort): Uint8Array {
  const params = { [constants.ZSTD_c_compressionLevel]: LEVELS[effort] };
  if (bytes.byteLength <= FRAME_BYTES_MAX) {
    return zstdCompressSync(bytes, {
      params,
      chunkSize: Math.min(bytes.byteLength + SPARE_BYTES, CHUNK_BYTES),
    });
  }
  const frames: Uint8Array[] = [];
  for (let from = 0; from < bytes.byteLength; from += FRAME_BYTES_MAX) {
    frames.push(zstdCompressSync(bytes.subarray(from, from + FRAME_BYTES_MAX), { params }));
  }
  return joined(frames);
}

/** All frames, of `plainBytes` together: Node and workerd stop behind the first. */
export function zstdDecompress(bytes: Uint8Array, plainBytes: number): Uint8Array {
  const chunkSize = Math.min(plainBytes, FRAME_BYTES_MAX) + SPARE_BYTES;
  const first = zstdDecompressSync(bytes, { chunkSize });
  if (first.byteLength === plainBytes) return first;
  let from = 0;
  const frames = frameEnds(bytes).map((end) => {
    const frame = zstdDecompressSync(bytes.subarray(from, end), { chunkSize });
    from = end;
    return frame;
  });
  return joined(frames);
}

/** As hyparquet wants it: compressed pages in, plain pages out. */
export const DECOMPRESSORS = { ZSTD: zstdDecompress };
