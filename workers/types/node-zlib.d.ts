/** What the lake uses of Node's zlib, which workerd brings; the Workers are typed without Node's own declarations. */
declare module "node:zlib" {
  export const constants: { readonly ZSTD_c_compressionLevel: number };
  export function zstdCompressSync(
    bytes: Uint8Array,
    options?: { params?: Record<number, number>; chunkSize?: number },
  ): Uint8Array<ArrayBuffer>;
  export function zstdDecompressSync(bytes: Uint8Array, options?: { chunkSize?: number }): Uint8Array<ArrayBuffer>;
}
