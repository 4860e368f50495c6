import { HEADER_BYTES, type Strongest } from "./strongest.ts";

/** What a fit has after `block` blocks: the file of its entries, not a copy. */
export function stateAfter(block: number, { file }: Strongest): Uint8Array<ArrayBuffer> {
  headerOf(file).setUint32(0, block, true);
  return file;
}

/** The block to go on with: 0 where nothing was written. */
export function blockOf({ file }: Strongest): number {
  return headerOf(file).getUint32(0, true);
}

function headerOf({ buffer, byteOffset }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, HEADER_BYTES);
}
