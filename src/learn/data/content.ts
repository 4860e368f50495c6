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
  for (let cell = 0; cell < levels.length; cell++) {
    const at = Math.floor(cell / perItem) * width + ((buckets[cell] as number) % width);
    folded[at] = (folded[at] as number) + (levels[cell] as number) / LEVEL_MAX;
  }
  return folded;
}

/** For the object store: width, cells of an item, number of cells, then buckets and levels. */
export function encodeContent({ width, perItem, buckets, levels }: Content): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + buckets.byteLength + levels.byteLength);
  new Uint32Array(bytes.buffer, 0, 3).set([width, perItem, buckets.length]);
  bytes.set(new Uint8Array(buckets.buffer, buckets.byteOffset, buckets.byteLength), HEADER_BYTES);
  bytes.set(
    new Uint8Array(levels.buffer, levels.byteOffset, levels.byteLength),
    HEADER_BYTES + buckets.byteLength,
  );
  return bytes;
}

/** Nothing is copied: the content lies on `bytes`. */
export function decodeContent(bytes: Uint8Array<ArrayBuffer>): Content {
  const [width, perItem, cells] = new Uint32Array(bytes.buffer, bytes.byteOffset, 3) as unknown as [
    number,
    number,
    number,
  ];
  const at = bytes.byteOffset + HEADER_BYTES;
  return {
    width,
    perItem,
    buckets: new Uint16Array(bytes.buffer, at, cells),
    levels: new Int8Array(bytes.buffer, at + 2 * cells, cells),
  };
}

const HEADER_BYTES = 12;

/** Items at `places`, in that order. */
export function takeContent(content: Content, places: ArrayLike<number>): Content {
  const { width, perItem } = content;
  const buckets = new Uint16Array(places.length * perItem);
  const levels = new Int8Array(places.length * perItem);
  for (let row = 0; row < places.length; row++) {
    const from = (places[row] as number) * perItem;
    buckets.set(content.buckets.subarray(from, from + perItem), row * perItem);
    levels.set(content.levels.subarray(from, from + perItem), row * perItem);
  }
  return { width, perItem, buckets, levels };
}
