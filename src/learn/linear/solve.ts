import type { Engine, Session, Tensor } from "../../base/index.ts";
import { createGraph, encodeModel } from "../../onnx/index.ts";
import type { NormalEquations } from "./gram.ts";
import type { Pace } from "../model/pace.ts";

/** Pivot rows taken at once: large enough for the engine's matrix product, small enough to be inverted in plain code. */
const PANEL = 128;
/** Multiply-adds of one engine run: about 10 ms. */
const RUN_OPERATIONS_MAX = 50_000_000;

/**
 * left⁻¹ · right into `right`, by block Gauss–Jordan with the products in the engine; `left` is used up. It must be
 * symmetric positive definite (λ sees to that), so no pivoting is needed. 1.5 n³ multiply-adds.
 */
export async function solveInPlace(
  equations: NormalEquations,
  engine: Engine,
  pace: Pace,
  onProgress?: (fraction: number) => void,
): Promise<void> {
  const { size } = equations;
  const session = await engine.load(productGraph());
  try {
    for (let pivot = 0; pivot < size; pivot += PANEL) {
      await eliminate(equations, { pivot, width: Math.min(PANEL, size - pivot) }, session, pace);
      onProgress?.(Math.min(pivot + PANEL, size) / size);
    }
  } finally {
    await session.release();
  }
}

/** Makes the pivot's block column of `left` the identity's (in mind only: those columns are never read again). */
async function eliminate(
  { size, left, right }: NormalEquations,
  { pivot, width }: { pivot: number; width: number },
  session: Session,
  pace: Pace,
): Promise<void> {
  const after = pivot + width;
  const leftWidth = size - after;
  const columns = leftWidth + size;
  const inverse = invert(
    block({ matrix: left, size }, { row: pivot, rows: width, column: pivot, columns: width }),
    width,
  );
  await pace.spend(width ** 3);
  const panel = new Float32Array(width * columns);
  for (let i = 0; i < width; i++) {
    const row = (pivot + i) * size;
    panel.set(left.subarray(row + after, row + size), i * columns);
    panel.set(right.subarray(row, row + size), i * columns + leftWidth);
  }
  const solved = matrix(
    width,
    columns,
    await product(session, matrix(width, width, inverse), matrix(width, columns, panel)),
  );
  await pace.ran(2 * width * width * columns);
  for (let i = 0; i < width; i++) {
    const row = (pivot + i) * size;
    left.set(solved.data.subarray(i * columns, i * columns + leftWidth), row + after);
    right.set(solved.data.subarray(i * columns + leftWidth, (i + 1) * columns), row);
  }
  const rowsPerRun = Math.max(1, Math.floor(RUN_OPERATIONS_MAX / (width * columns)));
  for (const [from, to] of [[0, pivot] as const, [after, size] as const]) {
    for (let row = from; row < to; row += rowsPerRun) {
      const rows = Math.min(rowsPerRun, to - row);
      const factors = block({ matrix: left, size }, { row, rows, column: pivot, columns: width });
      const change = await product(session, matrix(rows, width, factors), solved);
      for (let i = 0; i < rows; i++) {
        const at = i * columns;
        subtract(left, (row + i) * size + after, change.subarray(at, at + leftWidth));
        subtract(right, (row + i) * size, change.subarray(at + leftWidth, at + columns));
      }
      await pace.ran(2 * rows * width * columns);
    }
  }
}

function block(
  { matrix: from, size }: { matrix: Float32Array; size: number },
  { row, rows, column, columns }: { row: number; rows: number; column: number; columns: number },
): Float32Array {
  const part = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const start = (row + i) * size + column;
    part.set(from.subarray(start, start + columns), i * columns);
  }
  return part;
}

function subtract(target: Float32Array, offset: number, change: Float32Array): void {
  for (let i = 0; i < change.length; i++) {
    target[offset + i] = (target[offset + i] as number) - (change[i] as number);
  }
}

/** Inverse of a small symmetric positive definite matrix, Gauss–Jordan in double precision. */
export function invert(values: ArrayLike<number>, size: number): Float32Array {
  const a = Float64Array.from(values);
  for (let p = 0; p < size; p++) {
    const scale = 1 / (a[p * size + p] as number);
    a[p * size + p] = 1;
    for (let j = 0; j < size; j++) a[p * size + j] = (a[p * size + j] as number) * scale;
    for (let i = 0; i < size; i++) {
      if (i === p) continue;
      const factor = a[i * size + p] as number;
      if (factor === 0) continue;
      a[i * size + p] = 0;
      for (let j = 0; j < size; j++) {
        a[i * size + j] = (a[i * size + j] as number) - factor * (a[p * size + j] as number);
      }
    }
  }
  return Float32Array.from(a);
}

type Matrix = Extract<Tensor, { type: "float32" }>;

function matrix(rows: number, columns: number, data: Float32Array): Matrix {
  return { type: "float32", dims: [rows, columns], data };
}

async function product(session: Session, a: Matrix, b: Matrix): Promise<Float32Array> {
  const { c } = await session.run({ a, b });
  return (c as Matrix).data;
}

function productGraph(): Uint8Array {
  const graph = createGraph("product");
  const a = graph.input("a", "float32", ["m", "k"]);
  const b = graph.input("b", "float32", ["k", "n"]);
  graph.output("c", graph.op("MatMul", [a, b]), "float32", ["m", "n"]);
  return encodeModel(graph.build());
}
