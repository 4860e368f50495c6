import { assert } from "../base/index.ts";

/** Buffers kept for reuse: as many as ever run at once in an isolate, since a run hardly yields. */
const FREE_BUFFERS_MAX = 4;

export interface BiasPool {
  /** Runs with the base bias and `excluded` set to −inf on top. The buffer is the pool's again when `run` settles. */
  with<T>(excluded: Iterable<number>, run: (bias: Float32Array) => Promise<T>): Promise<T>;
  /** Runs with a bias that `run` writes itself, all of it: what stands there at first means nothing. */
  blank<T>(run: (bias: Float32Array) => Promise<T>): Promise<T>;
}

/**
 * Lends copies of a base bias [N + M]. A request writes only its own exclusions and takes them back afterwards, so its cost
 * does not grow with the catalogue, and nothing of that size is allocated per request.
 */
export function createBiasPool(base: Float32Array): BiasPool {
  const free: Float32Array[] = [];
  const giveBack = (bias: Float32Array) => {
    if (free.length < FREE_BUFFERS_MAX) free.push(bias);
  };
  return {
    async with(excluded, run) {
      const bias = free.pop() ?? base.slice();
      const touched: number[] = [];
      try {
        for (const index of excluded) {
          assert(
            index >= 0 && index < bias.length,
            "an excluded index lies within the model and its late items",
          );
          bias[index] = Number.NEGATIVE_INFINITY;
          touched.push(index);
        }
        return await run(bias);
      } finally {
        for (const index of touched) bias[index] = base[index] as number;
        giveBack(bias);
      }
    },
    async blank(run) {
      const bias = free.pop() ?? base.slice();
      try {
        return await run(bias);
      } finally {
        // One copy: about 15 µs for 50,000 items, whatever was written.
        bias.set(base);
        giveBack(bias);
      }
    },
  };
}
