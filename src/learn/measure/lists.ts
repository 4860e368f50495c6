/** An empty place of a list, behind all others: fewer items were left to be listed than it has places. */
export const NO_ITEM = 0xffff_ffff;

/** What a set of lists is like beyond finding the right items. Shares and means, each 0 without lists. */
export interface ListFigures {
  /** Share of the items that compete which stand in any list. */
  coverage: number;
  /** Of the places that items get, over the n items that compete: 0 all alike, (n − 1) / n one has all. */
  gini: number;
  /** Mean over places of −log2 of the item's share of the fitted rows, bits; an item without rows counts as one row. */
  novelty: number;
  /** Mean over lists of two or more of 1 − the mean cosine between the contents of two of its items; null without content. */
  diversity: number | null;
  /** Share of the places that went to items without a fitted row. */
  coldExposure: number;
}

export interface ListContext {
  /** [items] rows fitted on. */
  counts: ArrayLike<number>;
  /** [items] 1 for an item that competes. */
  known: Uint8Array;
  /** [items × width], each row of length 1 or all zeros. */
  content: { vectors: Float32Array; width: number } | null;
}

/** `lists` holds `length` places each, one list behind the other, NO_ITEM in those that are empty. */
export function listFigures(lists: Uint32Array, length: number, context: ListContext): ListFigures {
  const { counts, known, content } = context;
  const places = new Float64Array(known.length);
  let rows = 0;
  for (let item = 0; item < known.length; item++) rows += counts[item] as number;
  let bits = 0;
  let cold = 0;
  let total = 0;
  for (const item of lists) {
    if (item === NO_ITEM) continue;
    total++;
    places[item] = (places[item] as number) + 1;
    const count = counts[item] as number;
    if (count === 0) cold++;
    bits += Math.log2(Math.max(rows, 1) / Math.max(count, 1));
  }
  const competing = places.filter((_, item) => known[item] === 1);
  return {
    coverage: competing.filter((count) => count > 0).length / Math.max(competing.length, 1),
    gini: giniOf(competing),
    novelty: bits / Math.max(total, 1),
    diversity: content === null ? null : meanDiversity(lists, length, content),
    coldExposure: cold / Math.max(total, 1),
  };
}

/** Gini coefficient of what each has; 0 when nobody has anything. */
export function giniOf(values: Float64Array): number {
  const sorted = values.slice().sort();
  let sum = 0;
  let weighted = 0;
  for (const [place, value] of sorted.entries()) {
    sum += value;
    weighted += (2 * (place + 1) - sorted.length - 1) * value;
  }
  return sum === 0 ? 0 : weighted / (sorted.length * sum);
}

/** The sum of all pairs' products is |Σ c|² − Σ |c|², so a list costs one pass. */
function meanDiversity(
  lists: Uint32Array,
  length: number,
  { vectors, width }: { vectors: Float32Array; width: number },
): number {
  const sum = new Float64Array(width);
  let diversity = 0;
  let counted = 0;
  for (let start = 0; start < lists.length; start += length) {
    const list = lists.subarray(start, start + length);
    const end = list.indexOf(NO_ITEM);
    const size = end < 0 ? length : end;
    if (size < 2) continue;
    sum.fill(0);
    let own = 0;
    for (const item of list.subarray(0, size)) {
      const row = item * width;
      for (let f = 0; f < width; f++) {
        const value = vectors[row + f] as number;
        sum[f] = (sum[f] as number) + value;
        own += value * value;
      }
    }
    const all = sum.reduce((total, value) => total + value * value, 0);
    diversity += 1 - (all - own) / (size * (size - 1));
    counted++;
  }
  return diversity / Math.max(counted, 1);
}
