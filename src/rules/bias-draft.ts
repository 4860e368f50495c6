import { type Bitmap, eachBit } from "./bitmap.ts";
import type { ItemSet } from "./item-space.ts";

const OUT = Number.NEGATIVE_INFINITY;
/** By a bit. */
const BIAS_OF = Float32Array.of(OUT, 0);

/** The bias of one request, as it is written; counts what may be answered. */
export class BiasDraft {
  readonly bias: Float32Array;
  #qualifying: number;
  #isFlat = true;

  /** Begins with the items of a set, or with none. Takes about 50 µs for 50,000 items. */
  constructor(bias: Float32Array, set: ItemSet | null) {
    this.bias = bias;
    this.#qualifying = set?.count ?? 0;
    if (set === null) bias.fill(OUT);
    else writeSet(bias, set.bits);
  }

  /** How many items may be answered. */
  get qualifying(): number {
    return this.#qualifying;
  }

  /** Whether nothing was added to any. */
  get isFlat(): boolean {
    return this.#isFlat;
  }

  /** Before anything is added to the item. */
  allow(index: number, holds: boolean): void {
    if (this.allows(index) === holds) return;
    this.#qualifying += holds ? 1 : -1;
    this.bias[index] = holds ? 0 : OUT;
  }

  allows(index: number): boolean {
    return this.bias[index] !== OUT;
  }

  /** Standard deviations; an item that is out stays out. */
  add(index: number, by: number): void {
    this.#isFlat = false;
    this.bias[index] = (this.bias[index] as number) + by;
  }

  addAll({ bits }: ItemSet, by: number): void {
    eachBit(bits, (index) => this.add(index, by));
  }
}

function writeSet(bias: Float32Array, bits: Bitmap): void {
  for (let word = 0; word < bits.length; word++) {
    const value = bits[word] as number;
    const start = word << 5;
    const end = Math.min(start + 32, bias.length);
    for (let at = start; at < end; at++) bias[at] = BIAS_OF[(value >>> (at - start)) & 1] as number;
  }
}
