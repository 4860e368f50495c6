import { createPrng, type Tensor } from "../../src/base/index.ts";

/** Interactions of one history. */
export const HISTORY = 50;

/** The feeds of one answer: a history of its own for each seed, nothing excluded but what is in `bias`. */
export function catalogueFeeds(bias: Float32Array, k: number, seed: number): Record<string, Tensor> {
  const prng = createPrng(seed);
  const dims = [1, HISTORY];
  const floats = (value: (place: number) => number): Tensor => ({
    type: "float32",
    dims,
    data: Float32Array.from({ length: HISTORY }, (_, place) => value(place)),
  });
  const ints = (value: () => number): Tensor => ({
    type: "int64",
    dims,
    data: BigInt64Array.from({ length: HISTORY }, () => BigInt(value())),
  });
  return {
    history: ints(() => prng.int(bias.length)),
    history_weight: floats(() => 1),
    history_age: floats((place) => 3_600 * (HISTORY - place)),
    history_type: ints(() => 1),
    history_mask: floats(() => 1),
    late_features: { type: "float32", dims: [0, 1], data: new Float32Array(0) },
    bias: { type: "float32", dims: [1, bias.length], data: bias },
    k: { type: "int64", dims: [1], data: BigInt64Array.of(BigInt(k)) },
  };
}
