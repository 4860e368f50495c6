import { lowWords, type Tensor } from "../../base/index.ts";
import type { Dataset } from "../data/dataset.ts";

/** Rows `from` ≤ row < `end` of one user are the history at `nowMs`. */
export interface HistoryRange {
  from: number;
  end: number;
  nowMs: number;
}

/** The five history inputs of the graph contract for a batch of histories, [B, L] each, oldest first, padded at the end. */
export function historyFeeds(
  dataset: Dataset,
  batch: readonly HistoryRange[],
  { historyMax, indexOf }: { historyMax: number; indexOf(item: number): number },
): Record<string, Tensor> {
  const rows = batch.map(({ from, end }) => knownRows(dataset, { from, end, historyMax, indexOf }));
  const length = Math.max(0, ...rows.map((list) => list.length));
  const dims = [batch.length, length];
  const size = batch.length * length;
  const history = new BigInt64Array(size);
  const weight = new Float32Array(size);
  const age = new Float32Array(size);
  const type = new BigInt64Array(size);
  const mask = new Float32Array(size);
  const [histories, types] = [lowWords(history), lowWords(type)];
  for (const [b, list] of rows.entries()) {
    for (const [l, row] of list.entries()) {
      const at = b * length + l;
      histories[2 * at] = indexOf(dataset.items[row] as number);
      weight[at] = dataset.weights[row] as number;
      age[at] = ((batch[b] as HistoryRange).nowMs - (dataset.timesMs[row] as number)) / 1_000;
      types[2 * at] = dataset.types[row] as number;
      mask[at] = 1;
    }
  }
  return {
    history: { type: "int64", dims, data: history },
    history_weight: { type: "float32", dims, data: weight },
    history_age: { type: "float32", dims, data: age },
    history_type: { type: "int64", dims, data: type },
    history_mask: { type: "float32", dims, data: mask },
  };
}

/** The newest rows whose item the graph knows, oldest first. */
function knownRows(
  dataset: Dataset,
  {
    from,
    end,
    historyMax,
    indexOf,
  }: { from: number; end: number; historyMax: number; indexOf(item: number): number },
): number[] {
  const rows: number[] = [];
  for (let row = end - 1; row >= from && rows.length < historyMax; row--) {
    if (indexOf(dataset.items[row] as number) >= 0) rows.push(row);
  }
  return rows.reverse();
}
