/** Lists of all items, one after another. */
export interface PairLists {
  /** [items + 1] The list of item i stands at start[i] … start[i + 1] − 1. */
  start: Uint32Array<ArrayBuffer>;
  /** [pairs] item index. */
  indices: Uint32Array<ArrayBuffer>;
  /** [pairs] falling within a list. */
  scores: Float32Array<ArrayBuffer>;
}

/** Takes the lists of items in order; grows as they come, for most have few. */
export class PairListsBuilder {
  readonly #start: Uint32Array<ArrayBuffer>;
  #indices = new Uint32Array(1_024);
  #scores = new Float32Array(1_024);
  #items = 0;
  #pairs = 0;

  constructor(itemCount: number) {
    this.#start = new Uint32Array(itemCount + 1);
  }

  /** Best first. */
  add(indices: ArrayLike<number>, scores: ArrayLike<number>): void {
    const end = this.#pairs + indices.length;
    if (end > this.#indices.length) this.#grow(2 * end);
    this.#indices.set(indices, this.#pairs);
    this.#scores.set(scores, this.#pairs);
    this.#pairs = end;
    this.#start[++this.#items] = end;
  }

  build(): PairLists {
    return {
      start: this.#start,
      indices: this.#indices.slice(0, this.#pairs),
      scores: this.#scores.slice(0, this.#pairs),
    };
  }

  #grow(length: number): void {
    const [indices, scores] = [new Uint32Array(length), new Float32Array(length)];
    indices.set(this.#indices);
    scores.set(this.#scores);
    this.#indices = indices;
    this.#scores = scores;
  }
}

/** The lists of `first`; of `second` where the first has fewer than `least`, and the second more. */
export function withFallback(first: PairLists, second: PairLists, least: number): PairLists {
  const itemCount = first.start.length - 1;
  const lists = new PairListsBuilder(itemCount);
  for (let item = 0; item < itemCount; item++) {
    const { start, indices, scores } =
      lengthOf(first, item) < Math.min(least, lengthOf(second, item)) ? second : first;
    const [from, until] = [start[item], start[item + 1]];
    lists.add(indices.subarray(from, until), scores.subarray(from, until));
  }
  return lists.build();
}

function lengthOf({ start }: PairLists, item: number): number {
  return (start[item + 1] as number) - (start[item] as number);
}
