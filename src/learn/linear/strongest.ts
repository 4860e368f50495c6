import { assert, type Tensor } from "../../base/index.ts";

const LEVEL_MAX = 127;
/** Before the cells, for whoever stores them: eight, so that floats stand aligned. */
export const HEADER_BYTES = 8;

/**
 * The entries of each row of a sparse matrix [N × N] that are farthest from zero: what speaks against an item counts too. A
 * heap for each row, the weakest entry on top, in typed arrays of N × width cells. They lie on one file, so that a fit which is
 * cut short stores them, and goes on with them, without a copy: they are the largest thing it holds.
 */
export class Strongest {
  readonly itemCount: number;
  readonly width: number;
  /** HEADER_BYTES of the caller's, then `values`, `columns` and `counts`. */
  readonly file: Uint8Array<ArrayBuffer>;
  /** [N × width] */
  readonly values: Float32Array;
  /** [N × width] column of the entry. */
  readonly columns: Uint16Array | Uint32Array;
  /** [N] entries held. */
  readonly counts: Uint16Array;

  /** `file`: of one of the same size, which is used up; without it there are no entries. */
  constructor(itemCount: number, width: number, file?: Uint8Array<ArrayBuffer> | null) {
    this.itemCount = itemCount;
    this.width = width;
    const cells = itemCount * width;
    const Columns = itemCount <= 0x10000 ? Uint16Array : Uint32Array;
    const columnsAt = HEADER_BYTES + cells * Float32Array.BYTES_PER_ELEMENT;
    const countsAt = columnsAt + cells * Columns.BYTES_PER_ELEMENT;
    const size = countsAt + itemCount * Uint16Array.BYTES_PER_ELEMENT;
    this.file = file ?? new Uint8Array(size);
    assert(this.file.byteLength === size, "the file is of entries of the same size");
    const { buffer, byteOffset } = this.file;
    this.values = new Float32Array(buffer, byteOffset + HEADER_BYTES, cells);
    this.columns = new Columns(buffer, byteOffset + columnsAt, cells);
    this.counts = new Uint16Array(buffer, byteOffset + countsAt, itemCount);
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
