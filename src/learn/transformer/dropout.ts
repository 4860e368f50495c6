/** Draws masks for dropout: 0 with a chance of `rate`, else what keeps the mean. */
export interface Dropout {
  /** Masks depend on the seed and on what was drawn since. */
  seed(seed: number): void;
  fill(mask: Float32Array): void;
}

/**
 * Four draws from each 32-bit number of a xorshift generator (Marsaglia, JSS 2003): masks are a third of a micro-batch's
 * inputs, and a `Prng` would take longer than the engine. The rate is rounded to 1/256.
 */
export function createDropout(rate: number): Dropout {
  const threshold = Math.round(rate * 256);
  const kept = 256 / (256 - threshold);
  let state = 1;
  return {
    seed(seed) {
      state = seed | 1;
    },
    fill(mask) {
      for (let i = 0; i < mask.length; i += 4) {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        mask[i] = (state & 255) < threshold ? 0 : kept;
        mask[i + 1] = ((state >>> 8) & 255) < threshold ? 0 : kept;
        mask[i + 2] = ((state >>> 16) & 255) < threshold ? 0 : kept;
        mask[i + 3] = state >>> 24 < threshold ? 0 : kept;
      }
    },
  };
}
