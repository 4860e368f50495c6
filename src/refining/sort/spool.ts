import type { Scratch, Storable } from "./scratch.ts";

/** Rows of one block: some 200 KB of events, so that a merge of many runs holds little of each. */
export const BLOCK_ROWS = 512;

/** Where a row stands to a range of sorted rows: below 0 before it, 0 in it, above 0 behind it. */
export type Within<Row> = (row: Row) => number;

/** Rows in the order in which they came, readable again and again; those above `memoryRows` wait in the scratch. */
export class Spool<Row extends Storable> {
  readonly #scratch: Scratch;
  readonly #memoryRows: number;
  readonly #keys: string[] = [];
  /** The first row of each block. */
  readonly #firsts: Row[] = [];
  #tail: Row[] = [];
  #rows = 0;

  constructor(scratch: Scratch, memoryRows: number) {
    this.#scratch = scratch;
    this.#memoryRows = memoryRows;
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
    for (let from = 0; from < this.#tail.length; from += BLOCK_ROWS) {
      const block = this.#tail.slice(from, from + BLOCK_ROWS);
      this.#keys.push(await this.#scratch.write(block));
      this.#firsts.push(block[0] as Row);
    }
    this.#tail = [];
  }

  /** With `within`, of sorted rows only the blocks that may reach into the range. */
  async *read(within?: Within<Row>): AsyncGenerator<Row[]> {
    for (const [index, key] of this.#keys.entries()) {
      const next = this.#firsts[index + 1];
      if (within !== undefined && next !== undefined && within(next) < 0) continue;
      if (within !== undefined && within(this.#firsts[index] as Row) > 0) break;
      yield await this.#scratch.read<Row>(key);
    }
    if (this.#tail.length > 0) yield this.#tail;
  }

  async remove(): Promise<void> {
    await this.#scratch.remove(this.#keys.splice(0));
    this.#firsts.length = 0;
    this.#tail = [];
    this.#rows = 0;
  }
}
