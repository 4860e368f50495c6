import { PIECE_ROWS } from "./scratch.ts";

/** Sorted rows in blocks, as every stream of this room carries them. */
export type Blocks<Row> = AsyncIterable<readonly Row[]>;

/** Where a reader stands in a stream of blocks; `row` is undefined at the end. */
export class Cursor<Row> {
  readonly #blocks: AsyncIterator<readonly Row[]>;
  #block: readonly Row[] = [];
  #index = 0;
  row: Row | undefined;

  private constructor(blocks: Blocks<Row>) {
    this.#blocks = blocks[Symbol.asyncIterator]();
  }

  /** At the stream's first row. */
  static async open<Row>(blocks: Blocks<Row>): Promise<Cursor<Row>> {
    const cursor = new Cursor(blocks);
    await cursor.#load();
    return cursor;
  }

  /** A promise only where a block had to be fetched: so most steps of a merge wait for nothing. */
  next(): Promise<void> | undefined {
    this.#index++;
    if (this.#index >= this.#block.length) return this.#load();
    this.row = this.#block[this.#index];
    return undefined;
  }

  async #load(): Promise<void> {
    this.#index = 0;
    this.#block = [];
    while (this.#block.length === 0) {
      const { done, value } = await this.#blocks.next();
      if (done === true) break;
      this.#block = value;
    }
    this.row = this.#block[0];
  }
}

/** Sorted streams as one; of equal rows those of an earlier stream come first. Holds one block of each. */
export async function* mergeSorted<Row>(
  streams: readonly Blocks<Row>[],
  compare: (a: Row, b: Row) => number,
): AsyncGenerator<Row[]> {
  const cursors = await Promise.all(streams.map((stream) => Cursor.open(stream)));
  let block: Row[] = [];
  for (;;) {
    let least: { cursor: Cursor<Row>; row: Row } | undefined;
    for (const cursor of cursors) {
      const { row } = cursor;
      if (row !== undefined && (least === undefined || compare(row, least.row) < 0)) least = { cursor, row };
    }
    if (least === undefined) break;
    block.push(least.row);
    const loading = least.cursor.next();
    if (loading !== undefined) await loading;
    if (block.length < PIECE_ROWS) continue;
    yield block;
    block = [];
  }
  if (block.length > 0) yield block;
}
