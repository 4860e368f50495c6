import type { Prng } from "../../base/index.ts";
import type { RankingLists } from "../../learn/index.ts";
import type { MomentList } from "./lists.ts";

/** Of a list that nobody saw: its best, which are hard to tell from what was taken, and some of the rest. */
const BEST_KEPT = 20;
const OTHERS_KEPT = 30;

/** Lists one behind the other as a learner takes them; grows as they come. */
export class ListMatrix {
  readonly #featureCount: number;
  #features = new Float32Array(1 << 16);
  #rows = 0;
  readonly #listStart = [0];
  readonly #gains: number[] = [];
  readonly #positions: number[] = [];
  readonly #counts: number[] = [];

  constructor(featureCount: number) {
    this.#featureCount = featureCount;
  }

  get lists(): number {
    return this.#listStart.length - 1;
  }

  /** A list of which nothing was taken teaches nothing. */
  add({ candidates, gains, positions, write }: MomentList, prng: Prng): void {
    if (gains.every((gain) => gain === 0)) return;
    const isShown = positions.some((place) => place >= 0);
    const others = Math.max(1, candidates.length - BEST_KEPT);
    const share = isShown ? 1 : Math.min(1, OTHERS_KEPT / others);
    const kept = [...candidates.keys()].filter(
      (at) => (gains[at] as number) > 0 || at < BEST_KEPT || share === 1 || prng.next() < share,
    );
    this.#grow((this.#rows + kept.length) * this.#featureCount);
    write(
      kept.map((at) => candidates[at] as MomentList["candidates"][number]),
      { matrix: this.#features, offset: this.#rows * this.#featureCount },
    );
    for (const at of kept) {
      const isSampled = (gains[at] as number) === 0 && at >= BEST_KEPT;
      this.#gains.push(gains[at] as number);
      this.#positions.push(positions[at] as number);
      this.#counts.push(isSampled ? -Math.log(share) : 0);
    }
    this.#rows += kept.length;
    this.#listStart.push(this.#rows);
  }

  close(): RankingLists {
    return {
      featureCount: this.#featureCount,
      features: this.#features.slice(0, this.#rows * this.#featureCount),
      listStart: Uint32Array.from(this.#listStart),
      gains: Float32Array.from(this.#gains),
      positions: Int16Array.from(this.#positions),
      counts: Float32Array.from(this.#counts),
    };
  }

  #grow(size: number): void {
    if (size <= this.#features.length) return;
    const grown = new Float32Array(Math.max(size, Math.ceil(1.5 * this.#features.length)));
    grown.set(this.#features);
    this.#features = grown;
  }
}

/** The lists of `older`, then those of `newer`. */
export function joinLists(older: RankingLists, newer: RankingLists): RankingLists {
  const floats = (a: Float32Array, b: Float32Array) => {
    const joined = new Float32Array(a.length + b.length);
    joined.set(a);
    joined.set(b, a.length);
    return joined;
  };
  const rows = older.gains.length;
  return {
    featureCount: older.featureCount,
    features: floats(older.features, newer.features),
    listStart: Uint32Array.from([
      ...older.listStart,
      ...newer.listStart.subarray(1).map((start) => start + rows),
    ]),
    gains: floats(older.gains, newer.gains),
    positions: Int16Array.from([...older.positions, ...newer.positions]),
    counts: floats(older.counts, newer.counts),
  };
}
