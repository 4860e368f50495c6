import { fnv1a32 } from "../base/index.ts";
import type { Item } from "../events/index.ts";

/**
 * Width F of the content features that models are trained with and late items are placed by: room for the rare words and
 * categories that say most. Vectors are sparse, so width costs little.
 */
export const LATE_FEATURES = 512;
/** Width of those that the second stage compares items by. */
export const LIKENESS_WIDTH = 64;

/** The square of a field's share of the vector: what an item is filed under says more than the words of its title. */
const CATEGORY_SHARE = 4;
const TAG_SHARE = 3;
const BRAND_SHARE = 1;
const TITLE_SHARE = 2;

/**
 * An item's content as a signed feature-hashing vector (Weinberger et al., 2009) of unit length, so that the dot product of
 * two is near the share of labels they have in common. [width]; all zero for an item without content. Training and
 * serving must both use this very function.
 */
export function contentFeatures(item: Item, width: number): Float32Array {
  const vector = new Float32Array(width);
  add(vector, "category", item.categories ?? [], CATEGORY_SHARE);
  add(vector, "tag", item.tags ?? [], TAG_SHARE);
  add(vector, "brand", item.brand === undefined ? [] : [item.brand], BRAND_SHARE);
  add(vector, "title", wordsOf(item.title ?? ""), TITLE_SHARE);
  const length = Math.hypot(...vector);
  if (length > 0) for (let i = 0; i < width; i++) vector[i] = (vector[i] as number) / length;
  return vector;
}

/** Spreads a field's share evenly over its labels, so that an item with fifty tags is not all tags. */
function add(vector: Float32Array, field: string, labels: readonly string[], share: number): void {
  const weight = Math.sqrt(share / labels.length);
  for (const label of labels) {
    const hash = fnv1a32(`${field}:${label.toLowerCase()}`);
    const bucket = hash % vector.length;
    // The sign makes collisions cancel on average; it comes from a bit that the bucket does not depend on.
    const sign = hash >>> 31 === 0 ? 1 : -1;
    vector[bucket] = (vector[bucket] as number) + sign * weight;
  }
}

function wordsOf(title: string): string[] {
  return [...new Set(title.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [])];
}
