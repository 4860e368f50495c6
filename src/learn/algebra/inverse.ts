import type { Engine, Session, Tensor } from "../../base/index.ts";
import type { Pace } from "../model/pace.ts";
import { invert } from "./dense.ts";
import { productGraph } from "./product.ts";

/** Pivot rows taken at once: large enough for the engine's matrix product, small enough to be inverted in plain code. */
const PANEL = 128;
/** Multiply-adds of one engine run: about 10 ms. */
const RUN_OPERATIONS_MAX = 50_000_000;

/**
 * A ← A⁻¹ for a symmetric positive definite `matrix` [size, size] by block Gauss–Jordan in place, without pivoting, the products in
 * the engine: size³ multiply-adds.
 */
export async function invertInPlace(
  matrix: Float32Array,
  size: number,
  { engine, pace }: { engine: Engine; pace: Pace },
  onProgress: (fraction: number) => void,
): Promise<void> {
  const session = await engine.load(productGraph());
  try {
    for (let pivot = 0; pivot < size; pivot += PANEL) {
      const width = Math.min(PANEL, size - pivot);
      await eliminate(matrix, { size, pivot, width }, session, pace);
      onProgress((pivot + width) / size);
    }
  } finally {
    await session.release();
  }
}

async function eliminate(
  matrix: Float32Array,
  { size, pivot, width }: { size: number; pivot: number; width: number },
  session: Session,
  pace: Pace,
): Promise<void> {
  const block = columnsOf(matrix, { size, from: pivot, rows: width, pivot, width });
  const inverse = invert(block, width);
  await pace.spend(2 * width ** 3);
  const panel = matrix.slice(pivot * size, (pivot + width) * size);
  const solved = await product(session, [inverse, width], [panel, size], width);
  await pace.ran(2 * width * width * size);
  for (let i = 0; i < width; i++) {
    solved.set(inverse.subarray(i * width, (i + 1) * width), i * size + pivot);
  }
  const rowsPerRun = Math.max(1, Math.floor(RUN_OPERATIONS_MAX / (width * size)));
  for (const [first, last] of [
    [0, pivot],
    [pivot + width, size],
  ] as const) {
    for (let from = first; from < last; from += rowsPerRun) {
      const rows = Math.min(rowsPerRun, last - from);
      const factors = columnsOf(matrix, { size, from, rows, pivot, width });
      const change = await product(session, [factors, width], [solved, size], rows);
      for (let i = 0; i < rows; i++) {
        const row = matrix.subarray((from + i) * size, (from + i + 1) * size);
        row.fill(0, pivot, pivot + width);
        for (let j = 0; j < size; j++) row[j] = (row[j] as number) - (change[i * size + j] as number);
      }
      await pace.ran(2 * rows * width * size);
    }
  }
  matrix.set(solved, pivot * size);
}

/** [rows, width]: the pivot's columns of some rows. */
function columnsOf(
  matrix: Float32Array,
  {
    size,
    from,
    rows,
    pivot,
    width,
  }: { size: number; from: number; rows: number; pivot: number; width: number },
): Float32Array {
  const part = new Float32Array(rows * width);
  for (let i = 0; i < rows; i++) {
    const start = (from + i) * size + pivot;
    part.set(matrix.subarray(start, start + width), i * width);
  }
  return part;
}

/** [m, k] · [k, n]; each with its columns. */
async function product(
  session: Session,
  [a, k]: readonly [Float32Array, number],
  [b, n]: readonly [Float32Array, number],
  m: number,
): Promise<Float32Array> {
  const { c } = await session.run({
    a: { type: "float32", dims: [m, k], data: a },
    b: { type: "float32", dims: [k, n], data: b },
  });
  return (c as Extract<Tensor, { type: "float32" }>).data;
}
