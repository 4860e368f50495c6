import type { Scratch, Storable } from "./scratch.ts";

/** Rows of one block: some 200 KB of events, so that a merge of many runs holds little of each. */
export const BLOCK_ROWS = 512;

/** Where a row stands to a range of sorted rows: below 0 before it, 0 in it, above 0 behind it. */
export type Within<Row> = (row: Row) => number;

/** Rows in the order in which they came, readable again and again; those above `memoryRows` wait in the scratch. */
export class Spool<Row extends Storable> {
  readonly #scratch: Scratch;
  readonly #memoryRows: number;
  readonly #parts: ((a: Row, b: Row) => boolean) | undefined;
  readonly #keys: string[] = [];
  /** The first row of each block. */
  readonly #firsts: Row[] = [];
  #tail: Row[] = [];
  #rows = 0;

  /** `parts`: whether a row begins another range than the one before it; then it begins a block too. Who reads within, reads such ranges whole. */
  constructor(scratch: Scratch, memoryRows: number, parts?: (before: Row, row: Row) => boolean) {
    this.#scratch = scratch;
    this.#memoryRows = memoryRows;
    this.#parts = parts;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Objects that hold rows; none while all of them fit into memory. */
  get keys(): readonly string[] {
    return this.#keys;
  }

  async add(rows: readonly Row[]): Promise<void> {
    for (const row of rows) this.#tail.push(row);
    this.#rows += rows.length;
    if (this.#tail.length > this.#memoryRows) await this.flush();
  }

  /** Moves every row to the scratch. */
  async flush(): Promise<void> {
    for (let from = 0, to = 0; from < this.#tail.length; from = to) {
      to = this.#blockEnd(from);
      const block = this.#tail.slice(from, to);
      this.#keys.push(await this.#scratch.write(block));
      this.#firsts.push(block[0] as Row);
    }
    this.#tail = [];
  }

  #blockEnd(from: number): number {
    const end = Math.min(from + BLOCK_ROWS, this.#tail.length);
    for (let row = from + 1; this.#parts !== undefined && row < end; row++) {
      if (this.#parts(this.#tail[row - 1] as Row, this.#tail[row] as Row)) return row;
    }
    return end;
  }

  /** The first row of the blocks that `read` would give, with everything in the scratch; undefined for none. */
  first(within?: Within<Row>): Row | undefined {
    return this.#firsts[this.#blocksWithin(within)[0] ?? -1];
  }

  /** With `within`, of sorted rows only the blocks that may reach into the range. */
  async *read(within?: Within<Row>): AsyncGenerator<Row[]> {
    for (const index of this.#blocksWithin(within)) {
      yield* this.#scratch.pieces<Row>(this.#keys[index] as string);
    }
    if (this.#tail.length > 0) yield this.#tail;
  }

  #blocksWithin(within: Within<Row> | undefined): number[] {
    const blocks = [...this.#keys.keys()];
    if (within === undefined) return blocks;
    return blocks.filter((index) => {
      if (this.#parts !== undefined) return within(this.#firsts[index] as Row) === 0;
      const next = this.#firsts[index + 1];
      const endsBefore = next !== undefined && within(next) < 0;
      return !endsBefore && within(this.#firsts[index] as Row) <= 0;
    });
  }

  async remove(): Promise<void> {
    await this.#scratch.remove(this.#keys.splice(0));
    this.#firsts.length = 0;
    this.#tail = [];
    this.#rows = 0;
  }
}
