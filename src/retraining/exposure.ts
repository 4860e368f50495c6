import { type Cases, listFigures, type RankOptions } from "../learn/index.ts";
import type { Exposure } from "../registry/index.ts";

/** Places of a list that people see. */
const LIST_LENGTH = 10;

export interface ExposureOptions {
  /** N of the graph. */
  itemCount: number;
  /** Data set's item → the graph's, −1 for one that it does not know; absent when both are the same. */
  itemMap?: Int32Array;
  /** [items of the data set] 1 for an item that is new to the catalogue. */
  recent: Uint8Array;
  /** [items of the data set] rows of each among those fitted on. */
  counts: Uint32Array;
}

/** Looks on while cases are ranked: what the top-10 lists show of the items that compete, and how much of what is new. */
export function watchExposure(
  { known }: Cases,
  { itemCount, itemMap, recent, counts }: ExposureOptions,
): { onList: NonNullable<RankOptions["onList"]>; exposure(): Exposure } {
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
  const shown: number[] = [];
  let recentPlaces = 0;
  return {
    onList({ items }) {
      for (let place = 0; place < Math.min(items.length, LIST_LENGTH); place++) {
        const index = Number(items[place]);
        shown.push(index);
        recentPlaces += isRecent[index] ?? 0;
      }
    },
    exposure() {
      const context = { counts: rows, known: competing, content: null };
      // Which places make a list matters to diversity alone, and that needs content.
      const { coverage, gini, novelty } = listFigures(Uint32Array.from(shown), 1, context);
      return { coverage, recentShare: recentPlaces / Math.max(shown.length, 1), gini, novelty };
    },
  };
}
