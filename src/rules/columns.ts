import { FoldedTexts } from "./folded-texts.ts";
import type { Scalar } from "./rules.ts";

/** What expressions are compiled over: fields of `size` items in columns. */
export interface RuleColumns {
  readonly size: number;
  /** About what they hold in memory. */
  readonly bytes: number;
  /** [size] */
  readonly ids: readonly string[];
  readonly idToRow: Pick<ReadonlyMap<string, number>, "get">;
  /** Undefined: no item has the field. `item_id` is not among them. */
  column(field: string): RuleColumn | undefined;
}

/** One field. An attribute may be a number in one item and a text in another: then it has both. */
export interface RuleColumn {
  numbers?: NumberColumn;
  labels?: LabelColumn;
  /** Of a field whose texts hardly repeat. */
  texts?: TextColumn;
}

export interface NumberColumn {
  /** Of the values, ascending; null: value i is row i's. */
  rows: Uint32Array | null;
  /** NaN: absent. */
  values: Float64Array;
}

/** Texts and booleans that repeat, by value: the rows of label l are rows[start[l]] … rows[start[l + 1] − 1], ascending. */
export interface LabelColumn {
  codes: ReadonlyMap<Scalar, number>;
  start: Uint32Array;
  rows: Uint32Array;
  /** By label; made when it is first searched. */
  folded(): FoldedTexts;
}

export interface TextColumn {
  folded: FoldedTexts;
  has(row: number): boolean;
  at(row: number): string | undefined;
}

/** A label's entry of the map and its string, measured on V8 with labels of 12 characters. */
const LABEL_BYTES = 90;

/** Collects one field's labels and numbers, row by row in ascending order. */
export class ColumnBuilder {
  readonly #codes = new Map<Scalar, number>();
  readonly #labelCodes: number[] = [];
  readonly #labelRows: number[] = [];
  readonly #numbers: number[] = [];
  readonly #numberRows: number[] = [];

  add(row: number, value: Scalar): void {
    if (typeof value === "number") {
      this.#numbers.push(value);
      this.#numberRows.push(row);
      return;
    }
    let code = this.#codes.get(value);
    if (code === undefined) {
      code = this.#codes.size;
      this.#codes.set(value, code);
    }
    this.#labelCodes.push(code);
    this.#labelRows.push(row);
  }

  get count(): number {
    return this.#labelRows.length + this.#numberRows.length;
  }

  /** For so many rows in all. */
  build(size: number): { column: RuleColumn; bytes: number } {
    const column: RuleColumn = {};
    if (this.#labelRows.length > 0) column.labels = this.#buildLabels();
    if (this.#numberRows.length > 0) column.numbers = this.#buildNumbers(size);
    const numberBytes = (column.numbers?.values.byteLength ?? 0) + (column.numbers?.rows?.byteLength ?? 0);
    return { column, bytes: numberBytes + 4 * this.#labelRows.length + LABEL_BYTES * this.#codes.size };
  }

  /** A value for every row where that takes less than naming the rows. */
  #buildNumbers(size: number): NumberColumn {
    if (8 * size > 12 * this.#numberRows.length) {
      return { rows: Uint32Array.from(this.#numberRows), values: Float64Array.from(this.#numbers) };
    }
    const values = new Float64Array(size).fill(Number.NaN);
    for (const [at, row] of this.#numberRows.entries()) values[row] = this.#numbers[at] as number;
    return { rows: null, values };
  }

  /** By a counting sort: stable, so that a label's rows stay in order. */
  #buildLabels(): LabelColumn {
    const codes = this.#codes;
    const start = new Uint32Array(codes.size + 1);
    for (const code of this.#labelCodes) start[code + 1] = (start[code + 1] as number) + 1;
    for (let code = 0; code < codes.size; code++) {
      start[code + 1] = (start[code + 1] as number) + (start[code] as number);
    }
    const next = start.slice();
    const rows = new Uint32Array(this.#labelRows.length);
    for (const [at, code] of this.#labelCodes.entries()) {
      rows[next[code] as number] = this.#labelRows[at] as number;
      next[code] = (next[code] as number) + 1;
    }
    let folded: FoldedTexts | undefined;
    return {
      codes,
      start,
      rows,
      folded() {
        folded ??= new FoldedTexts(
          [...codes.keys()].map((label) => (typeof label === "string" ? label : null)),
        );
        return folded;
      },
    };
  }
}
