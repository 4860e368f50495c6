import { fnv1a32 } from "./hash.ts";

/** A seeded generator of numbers: same seed, same numbers, on every engine. */
export interface Prng {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, bound). */
  int(bound: number): number;
  /** Standard normal, by Box–Muller. */
  normal(): number;
  pick<T>(list: readonly T[]): T;
  /** Fisher–Yates, in place; returns its argument. */
  shuffle<List extends unknown[] | Uint32Array>(list: List): List;
  /** An independent stream, so that adding a draw in one place does not move another. */
  fork(label: string): Prng;
}

/** sfc32 (Doty-Humphrey, PractRand), 128 bits of state, seeded by a number or a text. */
export function createPrng(seed: number | string): Prng {
  const text = String(seed);
  let a = fnv1a32(text);
  let b = fnv1a32(`${text}/b`);
  let c = fnv1a32(`${text}/c`);
  let d = 1;
  function nextUint32(): number {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  }
  for (let i = 0; i < 15; i++) nextUint32();

  const prng: Prng = {
    next: () => nextUint32() / 4294967296,
    int: (bound) => Math.floor(prng.next() * bound),
    normal: () => {
      const radius = Math.sqrt(-2 * Math.log(1 - prng.next()));
      return radius * Math.cos(2 * Math.PI * prng.next());
    },
    pick: (list) => list[prng.int(list.length)] as (typeof list)[number],
    shuffle: (list) => {
      const places: { [place: number]: unknown } = list;
      for (let i = list.length - 1; i > 0; i--) {
        const j = prng.int(i + 1);
        [places[i], places[j]] = [places[j], places[i]];
      }
      return list;
    },
    fork: (label) => createPrng(`${text}/${label}`),
  };
  return prng;
}
