import { assert, type Session, type Tensor } from "../../base/index.ts";
import type { RankingCandidate } from "../../catalogue/index.ts";

/** One interaction of a history, oldest first in a list. */
export interface AskedEntry {
  index: number;
  weight: number;
  ageS: number;
  typeCode: number;
}

/** Lifts what was shown above all else without leaving float32's precision: scores are in standard deviations. */
const LIFT = 256;

/** Asks a model of the graph contract as the scorer does, one history at a time. */
export class Retrieval {
  readonly #session: Session;
  readonly #late: Tensor;
  readonly #bias: Float32Array;
  /** Items that came while the moments ran, the newest first. */
  readonly #published: { item: number; atMs: number }[];

  constructor(session: Session, publishedAtMs: Float64Array, contentWidth: number) {
    this.#session = session;
    this.#late = { type: "float32", dims: [0, contentWidth], data: new Float32Array(0) };
    this.#bias = new Float32Array(publishedAtMs.length);
    this.#published = [...publishedAtMs]
      .map((atMs, item) => ({ item, atMs }))
      .filter(({ atMs }) => !Number.isNaN(atMs))
      .sort((a, b) => b.atMs - a.atMs);
  }

  /** The best `wanted`; or the items of `only`, whatever their scores, with the places that they would have had among the best. */
  async ask(
    history: readonly AskedEntry[],
    nowMs: number,
    { wanted, excluded = [], only }: { wanted: number; excluded?: Iterable<number>; only?: Uint32Array },
  ): Promise<RankingCandidate[]> {
    const bias = this.#bias;
    for (const { item, atMs } of this.#published) {
      if (atMs <= nowMs) break;
      bias[item] = Number.NEGATIVE_INFINITY;
    }
    for (const item of excluded) bias[item] = Number.NEGATIVE_INFINITY;
    for (const item of only ?? []) bias[item] = LIFT;
    const k = Math.min(bias.length, wanted + (only?.length ?? 0));
    const { items, scores } = await this.#session.run(this.#feeds(history, k));
    bias.fill(0);
    assert(items?.type === "int64" && scores?.type === "float32", "a model answers items and scores");
    const best = [...items.data].flatMap((item, at) => {
      const score = scores.data[at] as number;
      return score === Number.NEGATIVE_INFINITY ? [] : [{ index: Number(item), score, rank: at }];
    });
    return only === undefined ? best : lowered(best, only.length);
  }

  #feeds(history: readonly AskedEntry[], k: number): Record<string, Tensor> {
    const dims = [1, history.length];
    const floats = (of: (entry: AskedEntry) => number): Tensor => ({
      type: "float32",
      dims,
      data: Float32Array.from(history, of),
    });
    const whole = (of: (entry: AskedEntry) => number): Tensor => ({
      type: "int64",
      dims,
      data: BigInt64Array.from(history, (entry) => BigInt(of(entry))),
    });
    return {
      history: whole(({ index }) => index),
      history_weight: floats(({ weight }) => weight),
      history_age: floats(({ ageS }) => ageS),
      history_type: whole(({ typeCode }) => typeCode),
      history_mask: floats(() => 1),
      late_features: this.#late,
      bias: { type: "float32", dims: [1, this.#bias.length], data: this.#bias },
      k: { type: "int64", dims: [1], data: BigInt64Array.of(BigInt(k)) },
    };
  }
}

/** The first `count` without their lift, placed among all: the others' number above them and their own before them. */
function lowered(best: readonly RankingCandidate[], count: number): RankingCandidate[] {
  const others = best.slice(count);
  return best.slice(0, count).map(({ index, score, rank }) => {
    const own = score - LIFT;
    return { index, score: own, rank: rank + others.filter((other) => other.score > own).length };
  });
}
