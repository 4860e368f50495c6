/** The one place that touches `node:zlib`: Node has it, workerd brings it under its Node compatibility. */
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** Zstandard's levels: `fresh` files live until the next compaction, and the consumer pays for them on its hot path. */
export const ZSTD_LEVELS = { fresh: 1, compact: 9 } as const;

export type Effort = keyof typeof ZSTD_LEVELS;

export function zstdCompress(bytes: Uint8Array, effort: Effort): Uint8Array {
  return zstdCompressSync(bytes, {
    params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVELS[effort] },
  });
}

/** As hyparquet wants it: compressed pages in, plain pages out. */
export const DECOMPRESSORS = { ZSTD: (bytes: Uint8Array): Uint8Array => zstdDecompressSync(bytes) };
