import { assert } from "../base/index.ts";
import type { Dataset } from "../learn/index.ts";

/**
 * A data set as one object, for the steps of one run to share: header length, JSON header, then the columns, each aligned
 * to 8 bytes so that a typed array can lie on it without a copy. It lives as long as the run, so it has no version.
 */
const COLUMNS = [
  ["userStart", Uint32Array],
  ["items", Uint32Array],
  ["timesMs", Float64Array],
  ["weights", Float32Array],
  ["types", Uint8Array],
] as const;

interface Header {
  userIds: readonly string[];
  itemIds: readonly string[];
  /** Elements per column, in the order of COLUMNS. */
  lengths: number[];
}

export function encodeDataset(dataset: Dataset): Uint8Array<ArrayBuffer> {
  const header: Header = {
    userIds: dataset.userIds,
    itemIds: dataset.itemIds,
    lengths: COLUMNS.map(([name]) => dataset[name].length),
  };
  const headerBytes = new TextEncoder().encode(JSON.stringify(header));
  let size = align(4 + headerBytes.byteLength);
  const offsets = COLUMNS.map(([name]) => {
    const offset = size;
    size = align(size + dataset[name].byteLength);
    return offset;
  });
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, headerBytes.byteLength, true);
  bytes.set(headerBytes, 4);
  COLUMNS.forEach(([name], index) => {
    const { buffer, byteOffset, byteLength } = dataset[name];
    bytes.set(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength), offsets[index]);
  });
  return bytes;
}

export function decodeDataset(bytes: Uint8Array<ArrayBuffer>): Dataset {
  assert(bytes.byteOffset === 0, "the columns must be aligned");
  const headerLength = new DataView(bytes.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headerLength))) as Header;
  let offset = align(4 + headerLength);
  const column = (index: number) => {
    const [, Type] = COLUMNS[index] as (typeof COLUMNS)[number];
    const view = new Type(bytes.buffer, offset, header.lengths[index]);
    offset = align(offset + view.byteLength);
    return view;
  };
  return {
    userIds: header.userIds,
    itemIds: header.itemIds,
    userStart: column(0) as Uint32Array,
    items: column(1) as Uint32Array,
    timesMs: column(2) as Float64Array,
    weights: column(3) as Float32Array,
    types: column(4) as Uint8Array,
  };
}

function align(offset: number): number {
  return (offset + 7) & ~7;
}
