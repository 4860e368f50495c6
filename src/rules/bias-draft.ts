import type { Bitmap } from "./bitmap.ts";
import type { ItemSet } from "./item-space.ts";

const OUT = Number.NEGATIVE_INFINITY;
/** Its pattern in IEEE 754; that of 0 is 0. */
const OUT_PATTERN = 0xff800000 | 0;

/** The bias of one request, as it is written; counts what may be answered. */
export class BiasDraft {
  readonly bias: Float32Array;
  #qualifying: number;
  #isFlat = true;

  /** Begins with the items of a set, or with none. Takes tens of microseconds for 50,000 items. */
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
    this.#isFlat = false;
    const { bias } = this;
    for (let word = 0; word < bits.length; word++) {
      for (let rest = bits[word] as number; rest !== 0; rest &= rest - 1) {
        const index = (word << 5) + 31 - Math.clz32(rest & -rest);
        bias[index] = (bias[index] as number) + by;
      }
    }
  }
}

/** As patterns of integers, four at a time: no branch and no table, the time of a plain loop over the items. */
function writeSet(bias: Float32Array, bits: Bitmap): void {
  const patterns = new Int32Array(bias.buffer, bias.byteOffset, bias.length);
  const whole = bias.length >>> 5;
  for (let word = 0; word < whole; word++) {
    let value = bits[word] as number;
    const start = word << 5;
    for (let at = start; at < start + 32; at += 4) {
      patterns[at] = ((value & 1) - 1) & OUT_PATTERN;
      patterns[at + 1] = (((value >>> 1) & 1) - 1) & OUT_PATTERN;
      patterns[at + 2] = (((value >>> 2) & 1) - 1) & OUT_PATTERN;
      patterns[at + 3] = (((value >>> 3) & 1) - 1) & OUT_PATTERN;
      value >>>= 4;
    }
  }
  const last = bits[whole] ?? 0;
  for (let at = whole << 5; at < bias.length; at++)
    patterns[at] = (((last >>> (at & 31)) & 1) - 1) & OUT_PATTERN;
}
