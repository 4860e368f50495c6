import { D1_JSON_BYTES_MAX } from "../base/index.ts";

/** No character of a text takes more bytes than this in UTF-8: the limit holds without encoding anything. */
const BYTES_PER_CHAR_MAX = 3;
const CHARS_MAX = D1_JSON_BYTES_MAX / BYTES_PER_CHAR_MAX;

/** Rows, each already JSON text, gathered to JSON arrays that one D1 statement may bind. A longer row stands alone. */
export class JsonList {
  #documents: string[] = [];
  #rows: string[] = [];
  #chars = 0;

  add(row: string): void {
    if (this.#rows.length > 0 && this.#chars + row.length >= CHARS_MAX) this.#close();
    this.#rows.push(row);
    this.#chars += row.length + 1;
  }

  documents(): string[] {
    if (this.#rows.length > 0) this.#close();
    return this.#documents;
  }

  #close(): void {
    this.#documents.push(`[${this.#rows.join(",")}]`);
    this.#rows = [];
    this.#chars = 0;
  }
}
