/** A map of bounded bytes that forgets what was not asked for the longest. */
export class RecentMap<T> {
  readonly #values = new Map<string, { value: T; bytes: number }>();
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): T | undefined {
    const found = this.#values.get(key);
    if (found === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, found);
    return found.value;
  }

  /** The key's own length counts too. What alone is over the bound is not kept. */
  set(key: string, value: T, valueBytes: number): void {
    const bytes = valueBytes + 2 * key.length;
    const known = this.#values.get(key);
    if (known !== undefined) this.#drop(key, known.bytes);
    if (bytes > this.#bytesMax) return;
    for (const [oldest, { bytes: freed }] of this.#values) {
      if (this.#bytes + bytes <= this.#bytesMax) break;
      this.#drop(oldest, freed);
    }
    this.#values.set(key, { value, bytes });
    this.#bytes += bytes;
  }

  #drop(key: string, bytes: number): void {
    this.#values.delete(key);
    this.#bytes -= bytes;
  }
}
