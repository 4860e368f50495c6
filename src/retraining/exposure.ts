import { type Cases, listFigures, type RankOptions } from "../learn/index.ts";
import type { Exposure } from "../registry/index.ts";

/** Places of a list that people see. */
const LIST_LENGTH = 10;

/** How a graph numbers the items. */
export interface Numbering {
  /** N of the graph. */
  itemCount: number;
  /** Data set's item → the graph's, −1 for one that it does not know; absent when both are the same. */
  itemMap?: Int32Array;
}

export interface ExposureOptions extends Numbering {
  /** [items of the data set] 1 for an item that is new to the catalogue. */
  recent: Uint8Array;
  /** [items of the data set] rows of each among those fitted on. */
  counts: Uint32Array;
}

/**
 * Looks on while cases are ranked: what the top-10 lists show of the items that compete, and how much of what is new. `shown`: the places
 * seen so far, of which `before` were seen by another.
 */
export function watchExposure(
  { known }: Cases,
  { itemCount, itemMap, recent, counts }: ExposureOptions,
  before: Iterable<number> = [],
): { onList: NonNullable<RankOptions["onList"]>; shown: readonly number[]; exposure(): Exposure } {
  const isRecent = new Uint8Array(itemCount);
  const competing = new Uint8Array(itemCount);
  const rows = new Uint32Array(itemCount);
  for (const [item, competes] of known.entries()) {
    const index = itemMap === undefined ? item : (itemMap[item] ?? -1);
    if (competes === 0 || index < 0) continue;
    competing[index] = 1;
    rows[index] = counts[item] ?? 0;
    isRecent[index] = recent[item] ?? 0;
  }
  const shown: number[] = [...before];
  return {
    shown,
    onList({ items }) {
      for (let place = 0; place < Math.min(items.length, LIST_LENGTH); place++) {
        shown.push(Number(items[place]));
      }
    },
    exposure() {
      const context = { counts: rows, known: competing, content: null };
      // Which places make a list matters to diversity alone, and that needs content.
      const { coverage, gini, novelty } = listFigures(Uint32Array.from(shown), 1, context);
      const recentPlaces = shown.reduce((sum, index) => sum + (isRecent[index] ?? 0), 0);
      return { coverage, recentShare: recentPlaces / Math.max(shown.length, 1), gini, novelty };
    },
  };
}
