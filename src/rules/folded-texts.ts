import { folded } from "./passes.ts";

/**
 * Texts as one string of all of them, lower case, U+0000 before, between and behind: the engine's own search over it finds a
 * part of any in a tenth of a millisecond for 50,000 titles, and a beginning likewise.
 */
export class FoldedTexts {
  readonly #text: string;
  /** [count] Where each begins, behind its U+0000. */
  readonly #starts: Uint32Array;

  constructor(texts: readonly (string | null | undefined)[]) {
    const parts = texts.map((text) => folded(text ?? ""));
    this.#starts = new Uint32Array(parts.length);
    let at = 1;
    for (const [row, part] of parts.entries()) {
      this.#starts[row] = at;
      at += part.length + 1;
    }
    this.#text = `\0${parts.join("\0")}\0`;
  }

  /** Of a string of one byte a character; others take twice that. */
  get bytes(): number {
    return this.#text.length + this.#starts.byteLength;
  }

  /** The texts that begin with it. */
  withPrefix(start: string): number[] {
    return this.#find(`\0${folded(start)}`, 1);
  }

  containing(part: string): number[] {
    return this.#find(folded(part), 0);
  }

  /** Those that are the same but for the case. */
  like(text: string): number[] {
    return this.#find(`\0${folded(text)}\0`, 1);
  }

  /** `offset`: of the text itself in what is sought. Each text once, in order. */
  #find(sought: string, offset: number): number[] {
    const rows: number[] = [];
    for (let at = this.#text.indexOf(sought); at >= 0; ) {
      const row = this.#rowAt(at + offset);
      if (row >= this.#starts.length) break;
      rows.push(row);
      // On from the next text, with the U+0000 before it where that is sought too.
      const next = this.#starts[row + 1];
      if (next === undefined) break;
      at = this.#text.indexOf(sought, next - offset);
    }
    return rows;
  }

  /** The last text that begins at or before it. */
  #rowAt(at: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#starts[middle] as number) <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
