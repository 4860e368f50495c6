/**
 * What items say of themselves, as sparse vectors: cell c of item i is level/127 at bucket `buckets[i · perItem + c]`. Wide, because a
 * rare word or category says most; sparse, because an item has few of them.
 */
export interface Content {
  /** F: of the vectors, and of `late_features`. */
  width: number;
  /** T: cells kept of an item. */
  perItem: number;
  /** [items × T] */
  buckets: Uint16Array<ArrayBuffer>;
  /** [items × T] 0 in cells that are not used. */
  levels: Int8Array<ArrayBuffer>;
}

export const LEVEL_MAX = 127;
/** Categories, tags, brand and the words of a title, with room; of more the weakest are left out. */
const CELLS_PER_ITEM = 24;

/** Collects vectors one after another, in the order of the items. */
export class ContentBuilder {
  readonly #content: Content;
  #items = 0;

  constructor(items: number, width: number) {
    const cells = items * CELLS_PER_ITEM;
    this.#content = {
      width,
      perItem: CELLS_PER_ITEM,
      buckets: new Uint16Array(cells),
      levels: new Int8Array(cells),
    };
  }

  /** [width], values within ±1. */
  add(vector: Float32Array): void {
    const at = this.#items++ * CELLS_PER_ITEM;
    const used = [...vector.keys()].filter((bucket) => vector[bucket] !== 0);
    const size = (bucket: number) => Math.abs(vector[bucket] as number);
    const kept = used.sort((a, b) => size(b) - size(a) || a - b).slice(0, CELLS_PER_ITEM);
    for (const [cell, bucket] of kept.entries()) {
      this.#content.buckets[at + cell] = bucket;
      this.#content.levels[at + cell] = Math.round((vector[bucket] as number) * LEVEL_MAX);
    }
  }

  build(): Content {
    return this.#content;
  }
}

/**
 * [items × width] dense vectors, buckets taken modulo `width`, which divides the content's own: what feature hashing to that width
 * would have given. For learners that want few numbers.
 */
export function foldContent(content: Content, width: number): Float32Array<ArrayBuffer> {
  const { perItem, buckets, levels } = content;
  const folded = new Float32Array((buckets.length / perItem) * width);
  for (const [cell, level] of levels.entries()) {
    const at = Math.floor(cell / perItem) * width + ((buckets[cell] as number) % width);
    folded[at] = (folded[at] as number) + level / LEVEL_MAX;
  }
  return folded;
}
