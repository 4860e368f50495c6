import { createPrng } from "../../base/index.ts";
import type { Dataset } from "./dataset.ts";

/**
 * The same rows with their items dealt out anew: who had what, and in which order, says nothing then, and items stay as frequent as they
 * were. Whatever finds more than popularity in it deceives itself.
 */
export function shuffleItems(dataset: Dataset, seed: number): Dataset {
  const prng = createPrng(`shuffle/${seed}`);
  const items = dataset.items.slice();
  for (let row = items.length - 1; row > 0; row--) {
    const other = prng.int(row + 1);
    const item = items[row] as number;
    items[row] = items[other] as number;
    items[other] = item;
  }
  return { ...dataset, items };
}
