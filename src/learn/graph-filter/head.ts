import { discard } from "../../base/index.ts";
import type { Pace } from "../model/pace.ts";
import type { Spectrum } from "./spectrum.ts";

const LEVEL_MAX = 32_767;

/** V diag(gains) V', the head of a spectrum with its gains, in half the bytes: one element is level · scale of its row. */
export interface Head {
  rank: number;
  /** [rank] */
  gains: Float64Array;
  /** [items × rank] */
  levels: Int16Array<ArrayBuffer>;
  /** [items] */
  scales: Float32Array<ArrayBuffer>;
}

/** Rounds by a 65,000th of a row's largest element: far below what an eigenvector is known to. Uses the vectors up. */
export async function packHead(
  { rank, vectors }: Spectrum,
  { gains, itemCount }: { gains: Float64Array; itemCount: number },
  pace: Pace,
): Promise<Head> {
  // Over the vectors themselves, whose elements are twice as long: none is overwritten that is yet to be read.
  const packed = new Int16Array(vectors.buffer, vectors.byteOffset, itemCount * rank);
  const scales = new Float32Array(itemCount);
  for (let item = 0; item < itemCount; item++) {
    const start = item * rank;
    let largest = 0;
    for (let c = 0; c < rank; c++) largest = Math.max(largest, Math.abs(vectors[start + c] as number));
    scales[item] = largest / LEVEL_MAX;
    const perUnit = largest === 0 ? 0 : LEVEL_MAX / largest;
    for (let c = 0; c < rank; c++) packed[start + c] = Math.round((vectors[start + c] as number) * perUnit);
    await pace.spend(rank * 4);
  }
  const levels = packed.slice();
  discard(vectors);
  return { rank, gains, levels, scales };
}

/** Into `along` [rank]: what `addedTo` multiplies the row of another item with, to have what is added between the two. */
export function lookAlong({ rank, gains, levels, scales }: Head, item: number, along: Float64Array): void {
  const scale = scales[item] as number;
  for (let c = 0; c < rank; c++) {
    along[c] = (gains[c] as number) * (levels[item * rank + c] as number) * scale;
  }
}

export function addedTo({ rank, levels, scales }: Head, other: number, along: Float64Array): number {
  const start = other * rank;
  let sum = 0;
  for (let c = 0; c < rank; c++) sum += (along[c] as number) * (levels[start + c] as number);
  return sum * (scales[other] as number);
}
