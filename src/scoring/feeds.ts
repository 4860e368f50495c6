import { HISTORY_MAX, lowWords, type Tensor } from "../base/index.ts";

/** One interaction with an item that the model or its late items know. */
export interface KnownEntry {
  index: number;
  weight: number;
  ageS: number;
  typeCode: number;
}

/**
 * Lengths that a history is padded to. Few, because ONNX Runtime plans memory per shape; not one, because most histories
 * are short and work grows with L.
 */
const HISTORY_LENGTHS = [8, 32, HISTORY_MAX] as const;

/** The graph's inputs for one history (B = 1), oldest first, padded at the end with mask 0. */
export function historyFeeds(entries: readonly KnownEntry[]): Record<string, Tensor> {
  return batchFeeds([entries]);
}

/** Those for several [B, L], padded to one length. */
export function batchFeeds(histories: readonly (readonly KnownEntry[])[]): Record<string, Tensor> {
  const longest = Math.max(...histories.map((entries) => entries.length));
  const length = HISTORY_LENGTHS.find((candidate) => candidate >= longest) ?? longest;
  const dims = [histories.length, length];
  const cells = histories.length * length;
  const index = new BigInt64Array(cells);
  const weight = new Float32Array(cells);
  const age = new Float32Array(cells);
  const type = new BigInt64Array(cells);
  const mask = new Float32Array(cells);
  const [indexes, types] = [lowWords(index), lowWords(type)];
  for (const [row, entries] of histories.entries()) {
    for (const [i, entry] of entries.entries()) {
      const at = row * length + i;
      indexes[2 * at] = entry.index;
      weight[at] = entry.weight;
      age[at] = entry.ageS;
      types[2 * at] = entry.typeCode;
      mask[at] = 1;
    }
  }
  return {
    history: { type: "int64", dims, data: index },
    history_weight: { type: "float32", dims, data: weight },
    history_age: { type: "float32", dims, data: age },
    history_type: { type: "int64", dims, data: type },
    history_mask: { type: "float32", dims, data: mask },
  };
}

/** What a request asks of the candidates: late items [M, F], bias [N + M], how many [1]. */
export function candidateFeeds(lateFeatures: Tensor, bias: Float32Array, k: number): Record<string, Tensor> {
  return {
    late_features: lateFeatures,
    bias: { type: "float32", dims: [1, bias.length], data: bias },
    k: { type: "int64", dims: [1], data: BigInt64Array.of(BigInt(k)) },
  };
}
