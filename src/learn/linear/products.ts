import { discardTensors, type Engine, type Session, type Tensor } from "../../base/index.ts";
import { createGraph, encodeModel } from "../../onnx/index.ts";
import type { Pace } from "../model/pace.ts";

/** Rows of one engine run: it takes some 5 ms and 2 MB. */
const RUN_ROWS_MAX = 512;

export interface Matrix {
  rows: number;
  columns: number;
  /** Row-major. */
  data: Float32Array;
}

/** Products of matrices in the engine, cut into runs. */
export interface Products {
  /** c −= a' · b */
  inner(a: Matrix, b: Matrix, c: Matrix): Promise<void>;
  /** c −= a · b */
  outer(a: Matrix, b: Matrix, c: Matrix): Promise<void>;
  release(): Promise<void>;
}

export async function createProducts(engine: Engine, pace: Pace): Promise<Products> {
  const sessions = {
    inner: await engine.load(productGraph(["k", "m"], 1)),
    outer: await engine.load(productGraph(["m", "k"], 0)),
  };
  async function run(session: Session, a: Matrix, b: Matrix, c: Matrix): Promise<void> {
    const outputs = await session.run({ a: tensor(a), b: tensor(b), c: tensor(c) });
    c.data.set((outputs.d as Float).data);
    discardTensors(outputs);
    await pace.ran(2 * c.rows * c.columns * b.rows);
  }
  return {
    async inner(a, b, c) {
      for (let from = 0; from < a.rows; from += RUN_ROWS_MAX) {
        const rows = Math.min(RUN_ROWS_MAX, a.rows - from);
        await run(sessions.inner, rowsOf(a, from, rows), rowsOf(b, from, rows), c);
      }
    },
    async outer(a, b, c) {
      for (let from = 0; from < a.rows; from += RUN_ROWS_MAX) {
        const rows = Math.min(RUN_ROWS_MAX, a.rows - from);
        await run(sessions.outer, rowsOf(a, from, rows), b, rowsOf(c, from, rows));
      }
    },
    async release() {
      await sessions.inner.release();
      await sessions.outer.release();
    },
  };
}

/** A view, not a copy. */
export function rowsOf({ columns, data }: Matrix, from: number, rows: number): Matrix {
  return { rows, columns, data: data.subarray(from * columns, (from + rows) * columns) };
}

type Float = Extract<Tensor, { type: "float32" }>;

function tensor({ rows, columns, data }: Matrix): Float {
  return { type: "float32", dims: [rows, columns], data };
}

/** d = c − a · b, or c − a' · b */
function productGraph(dims: readonly [string, string], isTransposed: 0 | 1): Uint8Array {
  const graph = createGraph("product");
  const a = graph.input("a", "float32", [...dims]);
  const b = graph.input("b", "float32", ["k", "n"]);
  const c = graph.input("c", "float32", ["m", "n"]);
  const d = graph.op("Gemm", [a, b, c], { alpha: { float: -1 }, transA: { int: isTransposed } });
  graph.output("d", d, "float32", ["m", "n"]);
  return encodeModel(graph.build());
}
