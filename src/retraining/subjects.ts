import { DAY_MS, fnv1a32 } from "../base/index.ts";

/** A subject whose newest row is so much older than another's has half its chance. */
const HALF_LIFE_MS = 30 * DAY_MS;

interface Subject {
  rows: number;
  newestMs: number;
  /** Drawn from the subject's name: exponential with mean 1. */
  draw: number;
}

/**
 * Whose rows a run takes. All while they fit `rowsMax`; then a sample without replacement in which a subject's chance is weighted by
 * its newest row, 2^(−age / 30 days): those with the least draw / weight stay (Efraimidis and Spirakis, Information Processing
 * Letters 2006), each with all rows, for a learner reads histories. The draw is a hash of the seed and the name, so equal rows in
 * equal order give an equal sample. What is held are the subjects that may still stay.
 */
export class Subjects {
  #kept = new Map<string, Subject>();
  readonly #rowsMax: number;
  readonly #nowMs: number;
  readonly #seed: number;
  #rows = 0;
  #rowsSeen = 0;
  #usersSeen = 0;
  #last = "";
  /** Hashes of those that are out though their draw alone would not say so. */
  readonly #gone = new Set<number>();
  /** Keys above this are out for good. */
  #keyMax = Number.POSITIVE_INFINITY;
  #isSample = false;

  constructor({ rowsMax, nowMs, seed }: { rowsMax: number; nowMs: number; seed: number }) {
    this.#rowsMax = rowsMax;
    this.#nowMs = nowMs;
    this.#seed = seed;
  }

  /** Counts one row. */
  add(name: string, timeMs: number): void {
    this.#rowsSeen++;
    if (name !== this.#last) {
      this.#usersSeen++;
      this.#last = name;
      // Between two subjects: in the midst of one, its newest row would not be known yet.
      if (this.#rows > this.#rowsMax * ROOM) this.#shrink();
    }
    let subject = this.#kept.get(name);
    if (subject === undefined) {
      const hash = this.#hash(name);
      const draw = -Math.log((hash + 0.5) / 2 ** 32);
      // With the best of weights its key is its draw.
      if (draw > this.#keyMax || this.#gone.has(hash)) return;
      subject = { rows: 0, newestMs: timeMs, draw };
      this.#kept.set(name, subject);
    }
    subject.rows++;
    subject.newestMs = Math.max(subject.newestMs, timeMs);
    this.#rows++;
  }

  /** Name → how many rows. The sample is final, and held by the caller alone. */
  close(): ReadonlyMap<string, { rows: number }> {
    if (this.#rows > this.#rowsMax) this.#shrink();
    const kept = this.#kept;
    this.#kept = new Map();
    return kept;
  }

  get isSample(): boolean {
    return this.#isSample;
  }

  get rowsSeen(): number {
    return this.#rowsSeen;
  }

  /** Rows come by subject: so many times another one began. */
  get usersSeen(): number {
    return this.#usersSeen;
  }

  #hash(name: string): number {
    return spread(fnv1a32(`${this.#seed}/${name}`));
  }

  #shrink(): void {
    const keyed = [...this.#kept].map(([name, subject]) => ({ name, ...subject, key: this.#key(subject) }));
    keyed.sort((a, b) => a.key - b.key || (a.name < b.name ? -1 : 1));
    this.#rows = 0;
    this.#isSample = true;
    const out: { name: string; draw: number }[] = [];
    for (const { name, rows, key, draw } of keyed) {
      if (this.#rows + rows <= this.#rowsMax && key <= this.#keyMax) {
        this.#rows += rows;
        continue;
      }
      // From the first that has no room on, all are out: the sample is of the least keys. One that no sample has room for ends none.
      if (rows <= this.#rowsMax) this.#keyMax = Math.min(this.#keyMax, key);
      this.#kept.delete(name);
      out.push({ name, draw });
    }
    for (const { name, draw } of out) if (draw <= this.#keyMax) this.#gone.add(this.#hash(name));
  }

  #key({ draw, newestMs }: Subject): number {
    return draw * 2 ** (Math.max(0, this.#nowMs - newestMs) / HALF_LIFE_MS);
  }
}

/**
 * Names such as `u:1`, `u:2` hash to numbers that are not independent, and their draws would not be: a bijection in which every bit
 * of the hash moves every other (the finaliser of Appleby's MurmurHash3).
 */
function spread(hash: number): number {
  const first = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return (second ^ (second >>> 16)) >>> 0;
}

/** Shrunk only when over by so much, so that it happens a handful of times. */
const ROOM = 1.1;
