import { err, ok, type Result } from "../../base/index.ts";
import { LIKENESS_WIDTH } from "../content.ts";
import type { RankingItems } from "./items.ts";

/** The file of an artifact that holds its items' columns for the ranker. */
export const RANKING_ITEMS_FILE = "ranker-items.bin";

const VERSION = 1;

/** Every column begins at a multiple of 8 bytes, so that a typed array can lie on the file without a copy. */
const COLUMNS = [
  ["counters", Float32Array],
  ["logPrice", Float32Array],
  ["publishedAtMs", Float64Array],
  ["labelStart", Uint32Array],
  ["labels", Uint32Array],
  ["content", Int8Array],
] as const;

interface Header {
  v: number;
  size: number;
  counterNames: string[];
  /** Elements per column, in the order of COLUMNS. */
  lengths: number[];
}

/** Length of the header (uint32, little-endian), the header as JSON, then the columns. */
export function encodeRankingItems(items: RankingItems): Uint8Array<ArrayBuffer> {
  const header: Header = {
    v: VERSION,
    size: items.size,
    counterNames: [...items.counterNames],
    lengths: COLUMNS.map(([name]) => items[name].length),
  };
  const headerBytes = new TextEncoder().encode(JSON.stringify(header));
  let size = align(4 + headerBytes.byteLength);
  const offsets = COLUMNS.map(([name]) => {
    const offset = size;
    size = align(size + items[name].byteLength);
    return offset;
  });
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, headerBytes.byteLength, true);
  bytes.set(headerBytes, 4);
  COLUMNS.forEach(([name], index) => {
    const { buffer, byteOffset, byteLength } = items[name];
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), offsets[index]);
  });
  return bytes;
}

/** The columns lie on `bytes`, which must not be changed. An error for what is no such file. */
export function decodeRankingItems(file: Uint8Array<ArrayBuffer>): Result<RankingItems> {
  const bytes = file.byteOffset % 8 === 0 ? file : file.slice();
  try {
    const headerLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headerLength))) as Header;
    if (header.v !== VERSION) return err(`${RANKING_ITEMS_FILE} is of version ${header.v}`);
    let offset = bytes.byteOffset + align(4 + headerLength);
    const column = (index: number) => {
      const [, Type] = COLUMNS[index] as (typeof COLUMNS)[number];
      const view = new Type(bytes.buffer, offset, header.lengths[index]);
      offset = align(offset + view.byteLength);
      return view;
    };
    const items: RankingItems = {
      size: header.size,
      counterNames: header.counterNames,
      counters: column(0) as RankingItems["counters"],
      logPrice: column(1) as RankingItems["logPrice"],
      publishedAtMs: column(2) as RankingItems["publishedAtMs"],
      labelStart: column(3) as RankingItems["labelStart"],
      labels: column(4) as RankingItems["labels"],
      content: column(5) as RankingItems["content"],
    };
    return fits(items) ? ok(items) : err(`${RANKING_ITEMS_FILE} has columns of different lengths`);
  } catch (error) {
    return err(`${RANKING_ITEMS_FILE}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function fits({ size, ...items }: RankingItems): boolean {
  return (
    items.counters.length === size * items.counterNames.length &&
    items.logPrice.length === size &&
    items.publishedAtMs.length === size &&
    items.labelStart.length === size + 1 &&
    items.labels.length === items.labelStart[size] &&
    items.content.length === size * LIKENESS_WIDTH
  );
}

function align(offset: number): number {
  return (offset + 7) & ~7;
}
