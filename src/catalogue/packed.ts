const decoder = new TextDecoder();

/**
 * A column of text as one block of UTF-8 and the offset of each row's end: an eighth of the memory of as many strings,
 * and nothing is decoded until it is asked for.
 */
export class PackedColumn {
  readonly #bytes: Uint8Array;
  /** Row i is `bytes[ends[i − 1] … ends[i]]`. */
  readonly #ends: Uint32Array;
  /** 1 where the value is absent: an empty text is not the same. */
  readonly #absent: Uint8Array;

  constructor(cells: readonly (Uint8Array | null | undefined)[]) {
    this.#ends = new Uint32Array(cells.length);
    this.#absent = new Uint8Array(cells.length);
    let total = 0;
    for (const [row, cell] of cells.entries()) {
      total += cell?.byteLength ?? 0;
      this.#ends[row] = total;
      if (cell === null || cell === undefined) this.#absent[row] = 1;
    }
    this.#bytes = new Uint8Array(total);
    for (const [row, cell] of cells.entries()) if (cell) this.#bytes.set(cell, this.#start(row));
  }

  get byteLength(): number {
    return this.#bytes.byteLength + this.#ends.byteLength + this.#absent.byteLength;
  }

  has(row: number): boolean {
    return this.#absent[row] === 0;
  }

  at(row: number): string | undefined {
    if (!this.has(row)) return undefined;
    return decoder.decode(this.#bytes.subarray(this.#start(row), this.#ends[row]));
  }

  #start(row: number): number {
    return row === 0 ? 0 : (this.#ends[row - 1] as number);
  }
}
