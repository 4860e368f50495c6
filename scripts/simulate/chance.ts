import type { Prng } from "../../src/base/index.ts";

/** Index drawn with odds by weight; weights are finite, not negative, and not all 0. */
export function weightedIndex(prng: Prng, weights: readonly number[]): number {
  let rest = prng.next() * weights.reduce((a, b) => a + b, 0);
  for (let index = 0; index < weights.length; index++) {
    rest -= weights[index] ?? 0;
    if (rest < 0) return index;
  }
  return weights.length - 1;
}

/** 1, 2, 3 … with the given mean (over 1). */
export function geometric(prng: Prng, mean: number): number {
  return 1 + Math.floor(Math.log(1 - prng.next()) / Math.log(1 - 1 / mean));
}

/** A duration around `medianMs`, log-normal, at most `maxMs`. */
export function spread(prng: Prng, medianMs: number, maxMs: number): number {
  return Math.round(Math.min(maxMs, medianMs * Math.exp(0.7 * prng.normal())));
}

export function clamp01(value: number): number {
  return Math.min(1, Math.max(0, value));
}
