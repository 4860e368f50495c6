import { createPrng, type Engine, type Session } from "../../base/index.ts";
import { createGraph, encodeModel } from "../../onnx/index.ts";
import type { Pace } from "../model/pace.ts";

/** Vectors that centres are looked for among: 64 of a centre, at the most so many. */
const SAMPLE_PER_CENTRE = 64;
const SAMPLE_MAX = 65_536;
/** Rounds of k-means: what later ones change moves no item that counts. */
const ROUNDS = 8;
/** Vectors in one run of the engine. */
const BLOCK_ROWS = 1_024;

export interface Vectors {
  /** [count, width]; what follows is not read. */
  data: Float32Array;
  count: number;
  width: number;
}

export interface NearestPorts {
  engine: Engine;
  pace: Pick<Pace, "spend" | "ran">;
}

/**
 * [count, width] directions around which the vectors' directions gather: spherical k-means (Dhillon & Modha, Machine Learning 2001) on a
 * sample, from centres drawn among it. One that loses all its vectors keeps its place.
 */
export async function findCentres(
  vectors: Vectors,
  { count, seed }: { count: number; seed: number },
  ports: NearestPorts,
): Promise<Float32Array> {
  const { width } = vectors;
  const prng = createPrng(seed).fork("centres");
  const size = Math.min(vectors.count, SAMPLE_MAX, SAMPLE_PER_CENTRE * count);
  const sample = new Float32Array(size * width);
  // One of each stretch of the items, so that a sample of all is all of them once.
  for (let row = 0; row < size; row++) {
    const from = Math.floor((row * vectors.count) / size);
    const until = Math.floor(((row + 1) * vectors.count) / size);
    const item = from + prng.int(Math.max(1, until - from));
    sample.set(vectors.data.subarray(item * width, (item + 1) * width), row * width);
  }
  normaliseRows(sample, width);
  const rows = prng.shuffle([...Array(size).keys()]).slice(0, count);
  let centres = new Float32Array(count * width);
  for (const [index, row] of rows.entries()) {
    centres.set(sample.subarray(row * width, (row + 1) * width), index * width);
  }
  for (let round = 0; round < ROUNDS; round++) {
    const sums = new Float32Array(count * width);
    await eachNearest({ data: sample, count: size, width }, centres, 1, ports, (row, [nearest = 0]) => {
      for (let c = 0; c < width; c++) {
        const at = nearest * width + c;
        sums[at] = (sums[at] as number) + (sample[row * width + c] as number);
      }
    });
    centres = withoutEmpty(sums, centres, width);
  }
  return centres;
}

/** Calls `visit` with each vector's `most` nearest centres, by direction, nearest first. */
export async function eachNearest(
  vectors: Vectors,
  centres: Float32Array,
  most: number,
  { engine, pace }: NearestPorts,
  visit: (row: number, nearest: readonly number[]) => void,
): Promise<void> {
  const { data, count, width } = vectors;
  const session = await engine.load(nearestGraph(centres, { width, most }));
  try {
    for (let start = 0; start < count; start += BLOCK_ROWS) {
      const rows = Math.min(BLOCK_ROWS, count - start);
      const block = data.subarray(start * width, (start + rows) * width);
      const nearest = await nearestOf(session, block, [rows, width]);
      for (let row = 0; row < rows; row++) {
        visit(start + row, Array.from(nearest.subarray(row * most, (row + 1) * most), Number));
      }
      await pace.ran(2 * rows * centres.length);
    }
  } finally {
    await session.release();
  }
}

async function nearestOf(
  session: Session,
  data: Float32Array,
  dims: readonly [number, number],
): Promise<BigInt64Array> {
  const { nearest } = await session.run({ vectors: { type: "float32", dims, data } });
  if (nearest?.type !== "int64") throw new Error("the graph gives the nearest centres as int64");
  return nearest.data;
}

/** The length of a vector does not change which direction is nearest to it. */
function nearestGraph(centres: Float32Array, { width, most }: { width: number; most: number }): Uint8Array {
  const graph = createGraph("nearest");
  const vectors = graph.input("vectors", "float32", ["rows", width]);
  const table = graph.constant({ type: "float32", dims: [centres.length / width, width], data: centres });
  const products = graph.op("Gemm", [vectors, table], { transB: { int: 1 } });
  const [, nearest] = graph.ops("TopK", [products, graph.ints(most)], 2) as [string, string];
  graph.output("nearest", nearest, "int64", ["rows", most]);
  return encodeModel(graph.build());
}

function withoutEmpty(sums: Float32Array<ArrayBuffer>, before: Float32Array, width: number) {
  for (let at = 0; at < sums.length; at += width) {
    const sum = sums.subarray(at, at + width);
    if (sum.every((value) => value === 0)) sum.set(before.subarray(at, at + width));
  }
  normaliseRows(sums, width);
  return sums;
}

function normaliseRows(values: Float32Array, width: number): void {
  for (let at = 0; at < values.length; at += width) {
    const row = values.subarray(at, at + width);
    const length = Math.hypot(...row);
    if (length > 0) for (let c = 0; c < width; c++) row[c] = (row[c] as number) / length;
  }
}
