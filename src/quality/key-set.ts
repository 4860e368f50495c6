/**
 * A growing set of texts at 8 bytes each: what is kept is a 53-bit hash. Two different texts of a million share one with a probability
 * of about 6e-5; who must name texts looks at them once more.
 */
export class KeySet {
  #hashes = new Float64Array(1_024);
  #size = 0;
  #sorted = true;

  add(text: string): void {
    if (this.#size === this.#hashes.length) {
      const larger = new Float64Array(this.#hashes.length * 2);
      larger.set(this.#hashes);
      this.#hashes = larger;
    }
    this.#hashes[this.#size++] = hash53(text);
    this.#sorted = false;
  }

  /** Texts added, repeated ones too. */
  get added(): number {
    return this.#size;
  }

  get distinct(): number {
    let distinct = 0;
    const sorted = this.#sort();
    for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) distinct++;
    return distinct;
  }

  has(text: string): boolean {
    return this.#count(hash53(text), 1) > 0;
  }

  /** Whether a text was added more than once. */
  hasTwice(text: string): boolean {
    return this.#count(hash53(text), 2) > 1;
  }

  #sort(): Float64Array {
    const view = this.#hashes.subarray(0, this.#size);
    if (!this.#sorted) view.sort();
    this.#sorted = true;
    return view;
  }

  /** How often a hash occurs, counted up to `max`. */
  #count(hash: number, max: number): number {
    const sorted = this.#sort();
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle] as number) < hash) low = middle + 1;
      else high = middle;
    }
    let found = 0;
    while (found < max && sorted[low + found] === hash) found++;
    return found;
  }
}

/** cyrb53: two multiplicative hashes over UTF-16 code units, mixed, 53 bits of them. */
function hash53(text: string): number {
  let first = 0xdeadbeef;
  let second = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    first = Math.imul(first ^ code, 0x9e3779b1);
    second = Math.imul(second ^ code, 0x5f356495);
  }
  first = Math.imul(first ^ (first >>> 16), 0x85ebca6b) ^ Math.imul(second ^ (second >>> 13), 0xc2b2ae35);
  second = Math.imul(second ^ (second >>> 16), 0x85ebca6b) ^ Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return 4_294_967_296 * (second & 0x1fffff) + (first >>> 0);
}
