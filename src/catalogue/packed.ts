// A text may begin with a byte order mark, and a rest of one all the more.
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/** A column of text, by row; a value that is absent is not the same as an empty one. */
export interface PackedColumn {
  /** What it holds in memory. */
  readonly byteLength: number;
  has(row: number): boolean;
  at(row: number): string | undefined;
}

type Cells = readonly (Uint8Array | null | undefined)[];

/** Beyond it a column is no list of labels: its numbers fit two bytes, and its texts do not weigh. */
const LABELS_MAX = 4_096;
/** A label that stands in fewer rows than this on average saves nothing. */
const ROWS_PER_LABEL = 8;
/** Of a text that is kept decoded, beside its characters; measured on V8. */
const TEXT_BYTES = 32;

/** Brands, categories and the like take two bytes a row; what nobody has takes nothing; every other text is kept as it is written. */
export function packColumn(cells: Cells): PackedColumn {
  return packLabels(cells) ?? new PackedTexts(cells);
}

/** Null where there are too many different ones. */
function packLabels(cells: Cells): PackedColumn | null {
  const most = Math.min(LABELS_MAX, Math.ceil(cells.length / ROWS_PER_LABEL));
  const codes = new Map<string, number>();
  const labels: (string | undefined)[] = [undefined];
  const rows = new Uint16Array(cells.length);
  let bytes = 0;
  for (const [row, cell] of cells.entries()) {
    if (cell === null || cell === undefined) continue;
    const label = decoder.decode(cell);
    let code = codes.get(label);
    if (code === undefined) {
      if (codes.size === most) return null;
      code = labels.push(label) - 1;
      codes.set(label, code);
      bytes += TEXT_BYTES + label.length;
    }
    rows[row] = code;
  }
  if (codes.size === 0) return ABSENT;
  return {
    byteLength: rows.byteLength + bytes,
    has: (row) => (rows[row] ?? 0) > 0,
    at: (row) => labels[rows[row] ?? 0],
  };
}

const ABSENT: PackedColumn = { byteLength: 0, has: () => false, at: () => undefined };

/**
 * What all begin with, once; one block of UTF-8 with the rest, and the offset of each row's end: an eighth of the memory of as many strings, and
 * nothing is decoded until it is asked for.
 */
class PackedTexts implements PackedColumn {
  /** As of addresses on one host. */
  readonly #prefix: string;
  readonly #bytes: Uint8Array;
  /** Row i is the prefix and `bytes[ends[i − 1] … ends[i]]`. */
  readonly #ends: Uint32Array;
  /** 1 where the value is absent. */
  readonly #absent: Uint8Array;

  constructor(cells: Cells) {
    const shared = sharedLength(cells);
    this.#prefix = decoder.decode(cells.find((cell) => cell)?.subarray(0, shared));
    this.#ends = new Uint32Array(cells.length);
    this.#absent = new Uint8Array(cells.length);
    let total = 0;
    for (const [row, cell] of cells.entries()) {
      if (cell === null || cell === undefined) this.#absent[row] = 1;
      else total += cell.byteLength - shared;
      this.#ends[row] = total;
    }
    this.#bytes = new Uint8Array(total);
    for (const [row, cell] of cells.entries())
      if (cell) this.#bytes.set(cell.subarray(shared), this.#start(row));
  }

  get byteLength(): number {
    return this.#bytes.byteLength + this.#ends.byteLength + this.#absent.byteLength;
  }

  has(row: number): boolean {
    return this.#absent[row] === 0;
  }

  at(row: number): string | undefined {
    if (!this.has(row)) return undefined;
    return this.#prefix + decoder.decode(this.#bytes.subarray(this.#start(row), this.#ends[row]));
  }

  #start(row: number): number {
    return row === 0 ? 0 : (this.#ends[row - 1] as number);
  }
}

/** Bytes that all begin with, and that end where a character does. */
function sharedLength(cells: Cells): number {
  const first = cells.find((cell) => cell);
  if (!first) return 0;
  let shared = first.byteLength;
  for (const cell of cells) {
    if (!cell) continue;
    let same = 0;
    while (same < shared && cell[same] === first[same]) same++;
    shared = same;
  }
  while (shared > 0 && isContinuation(first[shared])) shared--;
  return shared;
}

/** Of a character of several bytes, those after its first begin with the bits 10. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
