import { assert, discard } from "../../base/index.ts";
import type { Checkpoint } from "../model/learner.ts";

/** Which rows of a table of N + 1, and how they are laid out. */
export interface RowRange {
  /** Rows from ≤ row < end. */
  from: number;
  end: number;
  width: number;
  /** N */
  itemCount: number;
}

/** The strongest entries of some items' rows, in bytes: entry = level · scale of its row. Row N is empty. */
export interface NeighbourRows extends RowRange {
  /** Holds the three below: to be stored, and discarded, as one. */
  file: Uint8Array<ArrayBuffer>;
  /** [rows] */
  scales: Float32Array<ArrayBuffer>;
  /** [rows × width] item index; entries that are not used have level 0. Two bytes each as long as N allows. */
  indices: Uint16Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  /** [rows × width] */
  levels: Uint8Array<ArrayBuffer>;
}

/** Empty ones, or those of a `file` of the same range. */
export function createRows(range: RowRange, file?: Uint8Array<ArrayBuffer>): NeighbourRows {
  const bytes = file ?? new Uint8Array(bytesOf(range));
  assert(bytes.byteLength === bytesOf(range), "the file is of as many rows");
  const count = range.end - range.from;
  const cells = count * range.width;
  const indicesAt = count * Float32Array.BYTES_PER_ELEMENT;
  const Indices = indicesOf(range);
  const levelsAt = indicesAt + cells * Indices.BYTES_PER_ELEMENT;
  const { buffer, byteOffset } = bytes;
  return {
    ...range,
    file: bytes,
    scales: new Float32Array(buffer, byteOffset, count),
    indices: new Indices(buffer, byteOffset + indicesAt, cells),
    levels: new Uint8Array(buffer, byteOffset + levelsAt, cells),
  };
}

function bytesOf(range: RowRange): number {
  const perEntry = indicesOf(range).BYTES_PER_ELEMENT + Uint8Array.BYTES_PER_ELEMENT;
  return (range.end - range.from) * (Float32Array.BYTES_PER_ELEMENT + range.width * perEntry);
}

function indicesOf({ itemCount }: RowRange) {
  return itemCount <= 0xffff ? Uint16Array : Int32Array;
}

/** As long as the graph and its vectors are there, no more than so many bytes of rows are. */
const PART_BYTES_MAX = 13_000_000;

/**
 * All rows of a range. Where they are many, the first half is put into the checkpoint until the second is made and what both are
 * made of is let go (`onMade`); a fit that begins again finds it there.
 */
export async function rowsInParts(
  range: RowRange,
  checkpoint: Checkpoint,
  { make, onMade }: { make(part: RowRange): Promise<NeighbourRows>; onMade(): void },
): Promise<NeighbourRows> {
  const count = range.end - range.from;
  const half = bytesOf(range) <= PART_BYTES_MAX ? 0 : count >> 1;
  const begun = { ...range, end: range.from + half };
  if (half > 0 && !(await isThere(checkpoint))) {
    const { file } = await make(begun);
    await checkpoint.write(file);
    discard(file);
  }
  const rest = await make({ ...range, from: begun.end });
  onMade();
  if (half === 0) return rest;
  const whole = createRows(range);
  placeRows(rest, whole);
  discard(rest.file);
  const file = await checkpoint.read();
  assert(file !== null, "the first half was written");
  placeRows(createRows(begun, file), whole);
  discard(file);
  return whole;
}

async function isThere(checkpoint: Checkpoint): Promise<boolean> {
  const file = await checkpoint.read();
  if (file !== null) discard(file);
  return file !== null;
}

/** Copies `part` to where it belongs in `whole`. */
function placeRows({ from, ...part }: NeighbourRows, whole: NeighbourRows): void {
  const row = from - whole.from;
  whole.scales.set(part.scales, row);
  whole.indices.set(part.indices, row * whole.width);
  whole.levels.set(part.levels, row * whole.width);
}
