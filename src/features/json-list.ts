import { D1_JSON_BYTES_MAX } from "../base/index.ts";

/** No character of a text takes more bytes than this in UTF-8: the limit holds without encoding anything. */
const BYTES_PER_CHAR_MAX = 3;
const CHARS_MAX = D1_JSON_BYTES_MAX / BYTES_PER_CHAR_MAX;

interface JsonListOptions {
  brackets?: readonly [open: string, end: string];
  charsMax?: number | undefined;
}

/** Rows, each already JSON text, gathered to JSON arrays (or, by other brackets, objects) that one D1 statement may bind. A longer row stands alone. */
export class JsonList {
  readonly #brackets: readonly [open: string, end: string];
  readonly #charsMax: number;
  #documents: string[] = [];
  #rows: string[] = [];
  #chars = 0;

  constructor({ brackets = ["[", "]"], charsMax = CHARS_MAX }: JsonListOptions = {}) {
    this.#brackets = brackets;
    this.#charsMax = charsMax;
  }

  add(row: string): void {
    if (this.#rows.length > 0 && this.#chars + row.length >= this.#charsMax) this.#close();
    this.#rows.push(row);
    this.#chars += row.length + 1;
  }

  documents(): string[] {
    if (this.#rows.length > 0) this.#close();
    return this.#documents;
  }

  #close(): void {
    const [open, end] = this.#brackets;
    this.#documents.push(`${open}${this.#rows.join(",")}${end}`);
    this.#rows = [];
    this.#chars = 0;
  }
}
