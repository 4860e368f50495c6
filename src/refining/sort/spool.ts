import type { Scratch, Storable } from "./scratch.ts";

/** Rows of one block: some 200 KB of events, so that a merge of many runs holds little of each. */
export const BLOCK_ROWS = 512;

/** Rows in the order in which they came, readable again and again; those above `memoryRows` wait in the scratch. */
export class Spool<Row extends Storable> {
  readonly #scratch: Scratch;
  readonly #memoryRows: number;
  readonly #keys: string[] = [];
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
    for (let from = 0; from < this.#tail.length; from += BLOCK_ROWS)
      this.#keys.push(await this.#scratch.write(this.#tail.slice(from, from + BLOCK_ROWS)));
    this.#tail = [];
  }

  async *read(): AsyncGenerator<Row[]> {
    for (const key of this.#keys) yield await this.#scratch.read<Row>(key);
    if (this.#tail.length > 0) yield this.#tail;
  }

  async remove(): Promise<void> {
    await this.#scratch.remove(this.#keys.splice(0));
    this.#tail = [];
    this.#rows = 0;
  }
}
