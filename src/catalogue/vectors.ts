import { err, ok, type Result } from "../base/index.ts";

/** The file of an artifact that says how alike its items are. Absent in models made before it was kept. */
export const VECTORS_FILE = "vectors.bin";

/** A vector per item, by what its users do and what it says of itself: the nearer two are, the more they replace each other. */
export interface ItemVectors {
  /** N, with the late items of `withLate`. */
  readonly count: number;
  readonly dims: number;
  /** About what it holds in memory: for the scorer's bookkeeping. */
  readonly bytes: number;
  /** −1 … 1, without an allocation; 0 where nothing is known of one of the two, or there is no such item. */
  cosine(a: number, b: number): number;
  /** These and, from index `count` on, items newer than the model, by their `contentFeatures` [F] each. */
  withLate(features: readonly Float32Array[]): ItemVectors;
}

/** "LSV1", little-endian: the format's number is part of it. */
const MAGIC = 0x3156534c;
/** Magic, N, dims, F: uint32 each. Then float32 scales [N] and [F], then int8 levels [N × dims] and [F × dims]. */
const HEADER_BYTES = 16;
const LEVEL_MAX = 127;

interface Sizes {
  count: number;
  dims: number;
  /** F of the content features. */
  width: number;
}

interface Table {
  /** [rows] level · scale; of an item, such that its vector is of unit length: 0 where nothing is known of it. */
  scales: Float32Array<ArrayBuffer>;
  /** [rows × dims] */
  levels: Int8Array<ArrayBuffer>;
}

/** Fills the file row by row: no second copy of its vectors is held. */
export interface VectorsWriter {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** [dims], of any length: only the direction is kept. */
  setItem(item: number, vector: Float32Array): void;
  /** What a content feature of 1 adds to the vector of an item without a history. */
  setFeature(feature: number, vector: Float32Array): void;
}

export function vectorsWriter(sizes: Sizes): VectorsWriter {
  const { count, dims, width } = sizes;
  const bytes = new Uint8Array(byteLength(sizes));
  const header = new DataView(bytes.buffer);
  for (const [field, value] of [MAGIC, count, dims, width].entries())
    header.setUint32(4 * field, value, true);
  const { items, features } = tablesOf(bytes, sizes);
  return {
    bytes,
    setItem: (item, vector) => setUnit(items, item, vector),
    setFeature: (feature, vector) => void setRow(features, feature, vector),
  };
}

/** The vectors lie on `bytes`, which must not be changed. An error for what is no such file. */
export function readVectors(bytes: Uint8Array<ArrayBuffer>): Result<ItemVectors> {
  if (bytes.byteLength < HEADER_BYTES) return err(`${VECTORS_FILE} has no header`);
  const header = new DataView(bytes.buffer, bytes.byteOffset);
  if (header.getUint32(0, true) !== MAGIC) return err(`${VECTORS_FILE} is of another format`);
  const [count, dims, width] = [4, 8, 12].map((at) => header.getUint32(at, true)) as [number, number, number];
  const sizes = { count, dims, width };
  if (bytes.byteLength !== byteLength(sizes)) {
    return err(
      `${VECTORS_FILE} of ${count} items is ${byteLength(sizes)} B long, this one ${bytes.byteLength} B`,
    );
  }
  const { items, features } = tablesOf(bytes.byteOffset % 4 === 0 ? bytes : bytes.slice(), sizes);
  return ok(vectorsOf(sizes, items, features, bytes.byteLength));
}

function vectorsOf({ count, dims }: Sizes, items: Table, features: Table, bytes: number): ItemVectors {
  return { ...viewOf({ count, dims }, items, EMPTY), bytes, withLate };

  /** The vectors of the model stay where they are: an overlay comes often. */
  function withLate(late: readonly Float32Array[]): ItemVectors {
    const own = tableOf(late.length, dims);
    for (const [j, content] of late.entries()) setUnit(own, j, placed(content, features, dims));
    const ownBytes = own.scales.byteLength + own.levels.byteLength;
    return { ...viewOf({ count, dims }, items, own), bytes: bytes + ownBytes, withLate };
  }
}

const EMPTY = tableOf(0, 0);

function tableOf(rows: number, dims: number): Table {
  return { scales: new Float32Array(rows), levels: new Int8Array(rows * dims) };
}

/** The first `split` rows stand in one table, the others in another. */
function viewOf({ count: split, dims }: Omit<Sizes, "width">, first: Table, second: Table) {
  const count = split + second.scales.length;
  return {
    count,
    dims,
    cosine(a: number, b: number): number {
      if (!(a < count && b < count)) return 0;
      const left = a < split ? first : second;
      const right = b < split ? first : second;
      const row = a < split ? a : a - split;
      const column = b < split ? b : b - split;
      return (
        dot(left.levels, row * dims, right.levels, column * dims, dims) *
        (left.scales[row] as number) *
        (right.scales[column] as number)
      );
    },
  };
}

function dot(a: Int8Array, aAt: number, b: Int8Array, bAt: number, length: number): number {
  let sum = 0;
  for (let d = 0; d < length; d++) sum += (a[aAt + d] as number) * (b[bAt + d] as number);
  return sum;
}

/** [dims] where its content puts an item. */
function placed(content: Float32Array, { scales, levels }: Table, dims: number): Float32Array {
  const vector = new Float32Array(dims);
  for (const [feature, value] of content.entries()) {
    const factor = value * (scales[feature] ?? 0);
    if (factor === 0) continue;
    for (let d = 0; d < dims; d++) {
      vector[d] = (vector[d] as number) + factor * (levels[feature * dims + d] as number);
    }
  }
  return vector;
}

function setUnit(table: Table, row: number, vector: Float32Array): void {
  const squares = setRow(table, row, vector);
  table.scales[row] = squares === 0 ? 0 : 1 / Math.sqrt(squares);
}

/** Returns the sum of the squares of its levels. */
function setRow({ scales, levels }: Table, row: number, vector: Float32Array): number {
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  scales[row] = largest / LEVEL_MAX;
  let squares = 0;
  for (const [d, value] of vector.entries()) {
    const level = largest === 0 ? 0 : Math.round((value / largest) * LEVEL_MAX);
    levels[row * vector.length + d] = level;
    squares += level * level;
  }
  return squares;
}

function tablesOf({ buffer, byteOffset }: Uint8Array<ArrayBuffer>, { count, dims, width }: Sizes) {
  const scales = byteOffset + HEADER_BYTES;
  const levels = scales + 4 * (count + width);
  const items: Table = {
    scales: new Float32Array(buffer, scales, count),
    levels: new Int8Array(buffer, levels, count * dims),
  };
  const features: Table = {
    scales: new Float32Array(buffer, scales + 4 * count, width),
    levels: new Int8Array(buffer, levels + count * dims, width * dims),
  };
  return { items, features };
}

function byteLength({ count, dims, width }: Sizes): number {
  return HEADER_BYTES + (count + width) * (4 + dims);
}
