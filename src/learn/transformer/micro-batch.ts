import { discard, discardTensors, lowWords, type Tensor } from "../../base/index.ts";
import type { Dropout } from "./dropout.ts";
import type { PackedRow } from "./plan.ts";
import type { StepRows } from "./step-rows.ts";
import type { RunSizes } from "./training-graph.ts";

/** Keeps histories that share a row from seeing each other: added before the softmax. */
const APART = -1e9;

/** A small table whose rows are added to the vectors of interactions, by a code that each row of the data set has. */
export interface Mark {
  name: string;
  codes: Uint8Array;
  values: Float32Array;
  slopes: Float32Array;
}

export interface MicroBatch {
  /** Fills the tensors for these rows; fewer than the graph has are padded. Returns what their tokens are worth. */
  fill(rows: readonly PackedRow[], columnOf: Int32Array): number;
  /** Adds the gradients by `x` and `positives` to what they were made from. */
  gather(x: Float32Array, positives: Float32Array): void;
  feeds: Record<string, Tensor>;
  discard(): void;
}

export interface MicroBatchData {
  /** Of the rows of the data set. */
  items: Uint32Array;
  /** What it is worth to predict a row. */
  weights: Float32Array;
  touched: StepRows;
  marks: readonly Mark[];
  dropout: Dropout | null;
}

/** The tensors of one engine run, used again for each. */
export function createMicroBatch(
  sizes: RunSizes,
  { items, weights, touched, marks, dropout }: MicroBatchData,
): MicroBatch {
  const { rows: rowCount, length, width, negatives } = sizes;
  const tokens = rowCount * length;
  const float = (...dims: number[]) => ({
    type: "float32" as const,
    dims,
    data: new Float32Array(dims.reduce((product, size) => product * size, 1)),
  });
  const [x, positives, real] = [float(tokens, width), float(tokens, width), float(tokens, 1)];
  const apart = float(rowCount, 1, length, length);
  const columns = { type: "int64" as const, dims: [tokens, 2], data: new BigInt64Array(2 * tokens) };
  /** Of token t the first place is 4 · t, the second 4 · t + 2. */
  const columnWords = lowWords(columns.data);
  const mask = float(tokens, width);
  if (dropout === null) mask.data.fill(1);
  const feeds: Record<string, Tensor> = { x, positives, real, apart, columns };
  const worth = float(tokens, 1);
  if (sizes.weighted) feeds.worth = worth;
  const drops = Array.from({ length: dropout === null ? 0 : sizes.blocks }, (_, index) =>
    ["attention", "forward"].map((half) => {
      const drop = float(tokens, width);
      feeds[`drop_${half}${index}`] = drop;
      return drop.data;
    }),
  ).flat();
  /** [tokens] the data set's row of each token; −1 for padding. */
  const rowOf = new Int32Array(tokens);
  const scale = Math.sqrt(width);

  function write(token: number, row: number): void {
    const { vectors } = touched;
    const input = touched.slot(items[row] as number) * width;
    const target = touched.slot(items[row + 1] as number) * width;
    const at = token * width;
    for (let i = 0; i < width; i++) {
      x.data[at + i] = (vectors[input + i] as number) * scale;
      positives.data[at + i] = vectors[target + i] as number;
    }
    for (const { codes, values } of marks) {
      const from = (codes[row] as number) * width;
      for (let i = 0; i < width; i++)
        x.data[at + i] = (x.data[at + i] as number) + (values[from + i] as number);
    }
    for (let i = 0; i < width; i++)
      x.data[at + i] = (x.data[at + i] as number) * (mask.data[at + i] as number);
  }

  /** Lets each interaction of a row look at those of its own piece. */
  function separate(index: number, row: PackedRow): void {
    const from = index * length * length;
    apart.data.fill(APART, from, from + length * length);
    let start = 0;
    for (const piece of row) {
      const end = start + piece.length;
      for (let i = start; i < end; i++)
        apart.data.fill(0, from + i * length + start, from + i * length + end);
      start = end;
    }
    for (let i = start; i < length; i++) apart.data[from + i * length + i] = 0;
  }

  return {
    feeds,
    fill(rows, columnOf) {
      let sum = 0;
      rowOf.fill(-1);
      x.data.fill(0);
      positives.data.fill(0);
      real.data.fill(0);
      worth.data.fill(0);
      if (dropout !== null) for (const data of [mask.data, ...drops]) dropout.fill(data);
      for (let index = 0; index < rowCount; index++) {
        const row = rows[index] ?? [];
        let token = index * length;
        separate(index, row);
        for (const piece of row) {
          for (let i = 0; i < piece.length; i++, token++) {
            rowOf[token] = piece.start + i;
            write(token, piece.start + i);
            real.data[token] = 1;
            worth.data[token] = weights[piece.start + i + 1] as number;
            sum += sizes.weighted ? (worth.data[token] as number) : 1;
          }
        }
      }
      for (let token = 0; token < tokens; token++) {
        const row = rowOf[token] as number;
        const column = row < 0 ? -1 : (columnOf[items[row + 1] as number] as number);
        columnWords[4 * token] = negatives;
        columnWords[4 * token + 2] = column < 0 ? negatives + 1 : column;
      }
      return sum;
    },
    discard() {
      discardTensors(feeds);
      discard(mask.data, worth.data, rowOf);
    },
    gather(dx, dPositives) {
      const { slopes } = touched;
      for (let token = 0; token < tokens; token++) {
        const row = rowOf[token] as number;
        if (row < 0) continue;
        const input = touched.slot(items[row] as number) * width;
        const target = touched.slot(items[row + 1] as number) * width;
        const at = token * width;
        for (let i = 0; i < width; i++) {
          dx[at + i] = (dx[at + i] as number) * (mask.data[at + i] as number);
          slopes[input + i] = (slopes[input + i] as number) + (dx[at + i] as number) * scale;
          slopes[target + i] = (slopes[target + i] as number) + (dPositives[at + i] as number);
        }
        for (const mark of marks) {
          const to = (mark.codes[row] as number) * width;
          for (let i = 0; i < width; i++) {
            mark.slopes[to + i] = (mark.slopes[to + i] as number) + (dx[at + i] as number);
          }
        }
      }
    },
  };
}
