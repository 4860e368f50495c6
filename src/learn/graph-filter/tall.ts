import { discardTensors, type Engine, type Session, type Tensor } from "../../base/index.ts";
import { createGraph, encodeModel } from "../../onnx/index.ts";
import { productGraph } from "../algebra/product.ts";
import type { Pace } from "../model/pace.ts";

/** Rows of a tall table in one run of the engine: a few megabytes at the most. */
const ROWS_PER_RUN = 2_048;
/** A direction that keeps less than this share of its square beside the others is none of its own. */
const INDEPENDENT_MIN = 1e-9;

type Floats = Extract<Tensor, { type: "float32" }>;

/** Products of a tall table [rows × width], a few thousand rows to a run. */
export interface TallProducts {
  /** table' · table [width × width] */
  gram(table: Float32Array, width: number): Promise<Float64Array>;
  /** table ← table · turn [width × columns], columns ≤ width: in place, so a narrower result fills only the front. */
  turn(table: Float32Array, turn: Float32Array, sizes: { width: number }): Promise<void>;
  release(): Promise<void>;
}

export async function tallProducts(engine: Engine, pace: Pace): Promise<TallProducts> {
  const gram = await engine.load(gramGraph());
  const product = await engine.load(productGraph());
  return {
    gram: (table, width) => gramOf(table, width, gram, pace),
    async turn(table, turn, { width }) {
      const columns = turn.length / width;
      const b: Floats = { type: "float32", dims: [width, columns], data: turn };
      for (let at = 0; at < table.length; at += ROWS_PER_RUN * width) {
        const a = rowsAt(table, at, width);
        const outputs = await product.run({ a, b });
        table.set((outputs.c as Floats).data, (at / width) * columns);
        discardTensors(outputs);
        await pace.ran(2 * a.data.length * columns);
      }
    },
    async release() {
      await gram.release();
      await product.release();
    },
  };
}

async function gramOf(
  table: Float32Array,
  width: number,
  session: Session,
  pace: Pace,
): Promise<Float64Array> {
  const sums = new Float64Array(width * width);
  for (let at = 0; at < table.length; at += ROWS_PER_RUN * width) {
    const a = rowsAt(table, at, width);
    const outputs = await session.run({ a });
    const { data } = outputs.gram as Floats;
    for (let cell = 0; cell < sums.length; cell++) {
      sums[cell] = (sums[cell] as number) + (data[cell] as number);
    }
    discardTensors(outputs);
    await pace.ran(2 * a.data.length * width);
  }
  return sums;
}

function rowsAt(table: Float32Array, at: number, width: number): Floats {
  const data = table.subarray(at, at + ROWS_PER_RUN * width);
  return { type: "float32", dims: [data.length / width, width], data };
}

function gramGraph(): Uint8Array {
  const graph = createGraph("gram");
  const a = graph.input("a", "float32", ["m", "k"]);
  const transposed = graph.op("Transpose", [a], { perm: { ints: [1, 0] } });
  graph.output("gram", graph.op("MatMul", [transposed, a]), "float32", ["k", "k"]);
  return encodeModel(graph.build());
}

/**
 * The turn that makes the columns of a table with this Gram matrix [n × n] orthonormal: the inverse transpose of its Cholesky
 * factor. A column that depends on those before it becomes zero instead of noise: a small graph has fewer directions than
 * asked for.
 */
export function orthonormalTurn(gram: Float64Array, n: number): Float32Array {
  const lower = new Float64Array(n * n);
  const isOwn = new Uint8Array(n);
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = gram[i * n + j] as number;
      for (let k = 0; k < j; k++) sum -= (lower[i * n + k] as number) * (lower[j * n + k] as number);
      if (i > j) {
        lower[i * n + j] = isOwn[j] === 1 ? sum / (lower[j * n + j] as number) : 0;
        continue;
      }
      isOwn[j] = sum > (gram[j * n + j] as number) * INDEPENDENT_MIN ? 1 : 0;
      lower[j * n + j] = isOwn[j] === 1 ? Math.sqrt(sum) : 1;
    }
  }
  const turn = new Float32Array(n * n);
  for (let column = 0; column < n; column++) {
    if (isOwn[column] === 0) continue;
    // Row `column` of the inverse of `lower`, backwards.
    const row = new Float64Array(n);
    row[column] = 1 / (lower[column * n + column] as number);
    for (let j = column - 1; j >= 0; j--) {
      let sum = 0;
      for (let k = j + 1; k <= column; k++) sum += (row[k] as number) * (lower[k * n + j] as number);
      row[j] = isOwn[j] === 1 ? -sum / (lower[j * n + j] as number) : 0;
    }
    for (let j = 0; j <= column; j++) turn[j * n + column] = row[j] as number;
  }
  return turn;
}
