import { discard } from "../../base/index.ts";
import type { Learned } from "./adam.ts";

/**
 * The half of the item tower that reads content: an item's vector is its own plus content · W, so that items which few have
 * touched lean on others like them, and those which nobody has touched have a vector at all. Content is sparse: rows of
 * hashed words have a few values among hundreds.
 */
export interface ItemContent {
  /** Adds content · W to the vector at `at`. */
  add(item: number, to: Float32Array, at: number): void;
  /** Adds to `slopes` [F × d] what a gradient by the item's vector says about W. */
  gather(item: number, gradient: Float32Array, at: number, slopes: Float32Array): void;
  /** The content's own arrays, not what was learned. */
  discard(): void;
}

/** `content` [items × F], W [F × d] in `learned`. */
export function itemContent(
  content: Float32Array,
  contentWidth: number,
  table: Learned,
  width: number,
): ItemContent {
  const itemCount = content.length / contentWidth;
  const start = new Uint32Array(itemCount + 1);
  const filled = content.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0);
  const features = new Uint32Array(filled);
  const values = new Float32Array(filled);
  let place = 0;
  for (let item = 0; item < itemCount; item++) {
    for (let feature = 0; feature < contentWidth; feature++) {
      const value = content[item * contentWidth + feature] as number;
      if (value === 0) continue;
      features[place] = feature;
      values[place++] = value;
    }
    start[item + 1] = place;
  }
  /** Calls `move` with the place of each of the item's rows of W, and the item's value for it. */
  function each(item: number, move: (row: number, value: number) => void): void {
    const end = start[item + 1] as number;
    for (let i = start[item] as number; i < end; i++)
      move((features[i] as number) * width, values[i] as number);
  }
  return {
    add(item, to, at) {
      each(item, (row, value) => {
        for (let i = 0; i < width; i++) {
          to[at + i] = (to[at + i] as number) + value * (table.values[row + i] as number);
        }
      });
    },
    gather(item, gradient, at, slopes) {
      each(item, (row, value) => {
        for (let i = 0; i < width; i++) {
          slopes[row + i] = (slopes[row + i] as number) + value * (gradient[at + i] as number);
        }
      });
    },
    discard: () => discard(start, features, values),
  };
}
