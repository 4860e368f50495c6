import { mergeOrdered, type OrderedRows } from "./merge-ordered.ts";
import { PIECE_ROWS, type Scratch, type Storable } from "./scratch.ts";
import { Spool, type Within } from "./spool.ts";

export interface SortOptions<Row> {
  /** A total order: rows that it calls equal come in any order. */
  compare(a: Row, b: Row): number;
  /** Rows held in memory before they become a sorted run; more take longer and are no different. */
  memoryRows: number;
  /** Whether a row begins another range than the one before it, where rows are read by range: then only its own blocks are fetched. */
  parts?(before: Row, row: Row): boolean;
}

/** Runs merged at once: as many blocks are held, of runs that overlap. More runs than that are first merged among themselves. */
const FAN_IN = 40;

/**
 * Sorts more rows than fit into memory: full buffers become sorted runs in the scratch, and reading merges them. With few rows
 * nothing leaves memory. The result may be read more than once; nothing may be added after the first reading.
 */
export class ExternalSort<Row extends Storable> {
  readonly #scratch: Scratch;
  readonly #options: SortOptions<Row>;
  #runs: Spool<Row>[] = [];
  #buffer: Row[] = [];
  #sorted = false;
  #rows = 0;

  constructor(scratch: Scratch, options: SortOptions<Row>) {
    this.#scratch = scratch;
    this.#options = options;
  }

  get rows(): number {
    return this.#rows;
  }

  async add(rows: readonly Row[]): Promise<void> {
    for (const row of rows) {
      this.#buffer.push(row);
      if (this.#buffer.length >= this.#options.memoryRows) await this.#spill();
    }
    this.#rows += rows.length;
    this.#sorted = false;
  }

  /** All rows, or those of a range of the order: of the runs only blocks that reach into it are fetched. */
  async *read(within?: Within<Row>): AsyncGenerator<Row[]> {
    if (!this.#sorted) this.#buffer.sort(this.#options.compare);
    this.#sorted = true;
    const rest = within === undefined ? this.#buffer : inRange(this.#buffer, within);
    if (this.#runs.length === 0) return yield* slices(rest);
    const parts = this.#runs.flatMap((run): OrderedRows<Row, Row>[] => {
      const lowest = run.first(within);
      return lowest === undefined ? [] : [{ lowest, open: () => blocksWithin(run, within) }];
    });
    const [lowest] = rest;
    if (lowest !== undefined) parts.push({ lowest, open: () => slices(rest) });
    yield* mergeOrdered(parts, this.#options.compare);
  }

  async remove(): Promise<void> {
    for (const run of this.#runs.splice(0)) await run.remove();
    this.#buffer = [];
    this.#rows = 0;
  }

  async #spill(): Promise<void> {
    const { compare, parts } = this.#options;
    const run = new Spool<Row>(this.#scratch, 0, parts);
    await run.add(this.#buffer.sort(compare));
    this.#buffer = [];
    this.#runs.push(run);
    if (this.#runs.length < FAN_IN) return;
    const together = new Spool<Row>(this.#scratch, 0, parts);
    const runs = this.#runs.map((old) => ({ lowest: old.first() ?? null, open: () => old.read() }));
    for await (const block of mergeOrdered(runs, compare)) await together.add(block);
    for (const old of this.#runs) await old.remove();
    this.#runs = [together];
  }
}

async function* blocksWithin<Row extends Storable>(
  run: Spool<Row>,
  within: Within<Row> | undefined,
): AsyncGenerator<Row[]> {
  for await (const block of run.read(within)) yield within === undefined ? block : inRange(block, within);
}

function inRange<Row>(rows: readonly Row[], within: Within<Row>): Row[] {
  return rows.filter((row) => within(row) === 0);
}

async function* slices<Row>(rows: readonly Row[]): AsyncGenerator<Row[]> {
  for (let from = 0; from < rows.length; from += PIECE_ROWS) yield rows.slice(from, from + PIECE_ROWS);
}
