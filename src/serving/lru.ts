interface Entry<V> {
  value: V;
  untilMs: number;
  weight: number;
}

export interface LruOptions<V> {
  entriesMax: number;
  lifeMs: number;
  /** Sum of `weightOf` over all entries; without it only the entries are counted. */
  weightMax?: number;
  weightOf?: (value: V) => number;
}

/** A bounded map that forgets the least recently used first, and everything after its life. */
export class Lru<V> {
  readonly #entries = new Map<string, Entry<V>>();
  readonly #options: LruOptions<V>;
  #weight = 0;

  constructor(options: LruOptions<V>) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string, nowMs: number): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (entry.untilMs <= nowMs) {
      this.#weight -= entry.weight;
      return undefined;
    }
    // A Map keeps the order of insertion: what was used last stands last.
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: V, nowMs: number): void {
    this.delete(key);
    const weight = this.#options.weightOf?.(value) ?? 0;
    this.#entries.set(key, { value, untilMs: nowMs + this.#options.lifeMs, weight });
    this.#weight += weight;
    for (const oldest of this.#entries.keys()) {
      if (!this.#isOverfull()) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#weight -= entry.weight;
  }

  #isOverfull(): boolean {
    const { entriesMax, weightMax } = this.#options;
    return this.#entries.size > entriesMax || (weightMax !== undefined && this.#weight > weightMax);
  }
}
