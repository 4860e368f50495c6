import type { Tensor } from "../../base/index.ts";

const LEVEL_MAX = 127;

/**
 * The entries of each row of a sparse matrix [N × N] that are farthest from zero: what speaks against an item counts too. A
 * heap for each row, the weakest entry on top, in typed arrays of N × width cells.
 */
export class Strongest {
  readonly itemCount: number;
  readonly width: number;
  /** [N] entries held. */
  readonly counts: Uint16Array;
  /** [N × width] column of the entry. */
  readonly columns: Uint16Array | Uint32Array;
  /** [N × width] */
  readonly values: Float32Array;

  constructor(itemCount: number, width: number) {
    this.itemCount = itemCount;
    this.width = width;
    this.counts = new Uint16Array(itemCount);
    const cells = itemCount * width;
    this.columns = itemCount <= 0x10000 ? new Uint16Array(cells) : new Uint32Array(cells);
    this.values = new Float32Array(cells);
  }

  /** Each column is offered once for a row; among equals the earlier stays. */
  offer(row: number, column: number, value: number): void {
    const start = row * this.width;
    const count = this.counts[row] as number;
    if (count < this.width) {
      this.counts[row] = count + 1;
      this.#rise(start, count, column, value);
    } else if (Math.abs(value) > Math.abs(this.values[start] as number)) {
      this.#sink(start, column, value);
    }
  }

  /** Where the row's entries end in `columns` and `values`; they begin at row · width. */
  endOf(row: number): number {
    return row * this.width + (this.counts[row] as number);
  }

  #rise(start: number, from: number, column: number, value: number): void {
    const size = Math.abs(value);
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (Math.abs(this.values[start + parent] as number) <= size) break;
      this.#put(start + at, this.columns[start + parent] as number, this.values[start + parent] as number);
      at = parent;
    }
    this.#put(start + at, column, value);
  }

  /** Replaces the weakest. */
  #sink(start: number, column: number, value: number): void {
    const size = Math.abs(value);
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.width) break;
      const left = Math.abs(this.values[start + child] as number);
      if (child + 1 < this.width && Math.abs(this.values[start + child + 1] as number) < left) child++;
      if (Math.abs(this.values[start + child] as number) >= size) break;
      this.#put(start + at, this.columns[start + child] as number, this.values[start + child] as number);
      at = child;
    }
    this.#put(start + at, column, value);
  }

  #put(at: number, column: number, value: number): void {
    this.columns[at] = column;
    this.values[at] = value;
  }

  /**
   * In bytes: entry = level · scale of its row; ranks are as good as with floats. Row N is empty: what has no row of its own
   * points there. Entries that are not used have level 0.
   */
  tensors(prefix: string): Record<string, Tensor> {
    const { itemCount, width } = this;
    const dims = [itemCount + 1, width];
    const levels = new Int8Array((itemCount + 1) * width);
    const scales = new Float32Array(itemCount + 1);
    for (let row = 0; row < itemCount; row++) {
      const start = row * width;
      const end = start + (this.counts[row] as number);
      let largest = 0;
      for (let at = start; at < end; at++) largest = Math.max(largest, Math.abs(this.values[at] as number));
      if (largest === 0) continue;
      const scale = largest / LEVEL_MAX;
      scales[row] = scale;
      for (let at = start; at < end; at++) levels[at] = Math.round((this.values[at] as number) / scale);
    }
    return {
      [`${prefix}indices`]: this.#indices(dims),
      [`${prefix}levels`]: { type: "int8", dims, data: levels },
      [`${prefix}scales`]: { type: "float32", dims: [itemCount + 1], data: scales },
    };
  }

  #indices(dims: number[]): Tensor {
    const cells = (this.itemCount + 1) * this.width;
    if (this.columns instanceof Uint16Array) {
      const data = new Uint16Array(cells);
      data.set(this.columns);
      return { type: "uint16", dims, data };
    }
    const data = new Int32Array(cells);
    data.set(this.columns);
    return { type: "int32", dims, data };
  }
}
