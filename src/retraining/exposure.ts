import type { Cases, RankOptions } from "../learn/index.ts";
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
}

/** Looks on while cases are ranked: what the top-10 lists show of the items that compete, and how much of what is new. */
export function watchExposure(
  { known }: Cases,
  { itemCount, itemMap, recent }: ExposureOptions,
): { onList: NonNullable<RankOptions["onList"]>; exposure(): Exposure } {
  const isRecent = new Uint8Array(itemCount);
  let competing = 0;
  for (const [item, competes] of known.entries()) {
    const index = itemMap === undefined ? item : (itemMap[item] ?? -1);
    if (competes === 0 || index < 0) continue;
    competing++;
    isRecent[index] = recent[item] ?? 0;
  }
  const shown = new Set<number>();
  let places = 0;
  let recentPlaces = 0;
  return {
    onList({ items }) {
      for (let place = 0; place < Math.min(items.length, LIST_LENGTH); place++) {
        const index = Number(items[place]);
        shown.add(index);
        places++;
        recentPlaces += isRecent[index] ?? 0;
      }
    },
    exposure: () => ({
      coverage: shown.size / Math.max(competing, 1),
      recentShare: recentPlaces / Math.max(places, 1),
    }),
  };
}
