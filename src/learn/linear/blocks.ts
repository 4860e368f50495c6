import { discard } from "../../base/index.ts";
import { nthLargest } from "../graph-filter/nth-largest.ts";
import type { Pace } from "../model/pace.ts";
import { addAfter, addBefore, addOthers, type Sums } from "./around.ts";
import { countRowsOn, type Walks } from "./walks.ts";

/** The items that a block's equations are about. */
export interface Support {
  items: Uint32Array;
  /** [N] place among `items`, −1 for the others, which still take their positions in a walk. */
  placeOf: Int32Array;
}

export interface BlockSizes {
  /** Up to so many items, one block holds them all and the solution is exact. */
  exactItemsMax: number;
  /** Beyond: targets of a block, */
  targets: number;
  /** and the items that its equations are about. */
  support: number;
}

/** Half a square of 3,900² floats is 30 MB. Beyond, a block's cost is that of its support: 0.7 CPU-seconds. */
export const BLOCK_SIZES: BlockSizes = { exactItemsMax: 3_900, targets: 256, support: 2_048 };

/** Four times as many in each round: targets near the first ones, and then near those. */
const GROWTH = 4;

export function supportOf(items: Uint32Array, itemCount: number): Support {
  const placeOf = new Int32Array(itemCount).fill(-1);
  for (const [place, item] of items.entries()) placeOf[item] = place;
  return { items, placeOf };
}

/** Targets of the blocks: all items in one, or groups of items that are often met together, frequent ones first. */
export async function planBlocks(
  walks: Walks,
  sizes: BlockSizes,
  orderFree: number,
  pace: Pace,
): Promise<Uint32Array[]> {
  const seeds = warmItems(walks);
  if (seeds.length <= sizes.exactItemsMax) return [seeds];
  seeds.sort((a, b) => countRowsOn(walks, b) - countRowsOn(walks, a) || a - b);
  const isTaken = new Uint8Array(walks.itemCount);
  const blocks: Uint32Array[] = [];
  let nextSeed = 0;
  for (let left = seeds.length; left > 0; left -= blocks.at(-1)?.length ?? 0) {
    const near = new Nearness(walks, orderFree);
    const group: number[] = [];
    const size = Math.min(sizes.targets, left);
    let summed = 0;
    while (group.length < size) {
      const room = Math.min(size, GROWTH * group.length) - group.length;
      const found = room === 0 ? [] : near.strongest(room, (item) => isTaken[item] === 0);
      if (found.length === 0) {
        while (isTaken[seeds[nextSeed] as number] === 1) nextSeed++;
        found.push(seeds[nextSeed] as number);
      }
      for (const item of found) isTaken[item] = 1;
      group.push(...found);
      for (; summed < group.length; summed++) await near.addAround(group[summed] as number, pace);
      await pace.spend(walks.itemCount * 10);
    }
    near.discard();
    blocks.push(Uint32Array.from(group).sort());
  }
  return blocks;
}

/** The targets, and what is most often met with them. */
export async function chooseSupport(
  walks: Walks,
  targets: Uint32Array,
  { size, orderFree }: { size: number; orderFree: number },
  pace: Pace,
): Promise<Support> {
  if (targets.length >= size) return supportOf(targets, walks.itemCount);
  const near = new Nearness(walks, orderFree);
  for (const target of targets) await near.addAround(target, pace);
  const isTarget = new Uint8Array(walks.itemCount);
  for (const target of targets) isTarget[target] = 1;
  const others = near.strongest(size - targets.length, (item) => isTarget[item] === 0);
  near.discard();
  discard(isTarget);
  await pace.spend(walks.itemCount * 20);
  return supportOf(Uint32Array.from([...targets, ...others]).sort(), walks.itemCount);
}

/** How often each item is met together with some, against how frequent it is: sum / √rows. */
class Nearness {
  readonly #walks: Walks;
  readonly #orderFree: number;
  readonly #sums: Sums;
  /** [N] */
  readonly #nearness: Float64Array;
  /** [N] */
  readonly #scratch: Float64Array;

  constructor(walks: Walks, orderFree: number) {
    const { itemCount } = walks;
    this.#walks = walks;
    this.#orderFree = orderFree;
    const placeOf = new Int32Array(itemCount);
    for (let item = 0; item < itemCount; item++) placeOf[item] = item;
    this.#nearness = new Float64Array(itemCount);
    this.#scratch = new Float64Array(itemCount);
    this.#sums = { walks, placeOf, values: new Float32Array(itemCount) };
  }

  async addAround(item: number, pace: Pace): Promise<void> {
    const { placeStart, places } = this.#walks;
    let visited = 0;
    const end = placeStart[item + 1] as number;
    for (let place = placeStart[item] as number; place < end; place++) {
      const row = places[place] as number;
      if (this.#orderFree > 0) visited += addOthers(this.#sums, row, this.#orderFree);
      if (this.#orderFree === 1) continue;
      visited += addBefore(this.#sums, row, 1 - this.#orderFree);
      visited += addAfter(this.#sums, row, 1 - this.#orderFree);
    }
    await pace.spend(visited * 3);
  }

  /** At most `count` of those allowed, ties by index. */
  strongest(count: number, isAllowed: (item: number) => boolean): number[] {
    const { values } = this.#sums;
    const nearness = this.#nearness;
    let candidates = 0;
    for (let item = 0; item < values.length; item++) {
      const sum = values[item] as number;
      nearness[item] = 0;
      if (sum <= 0 || !isAllowed(item)) continue;
      const own = sum / Math.sqrt(countRowsOn(this.#walks, item));
      nearness[item] = own;
      this.#scratch[candidates++] = own;
    }
    // Only those that will be returned are sorted: a list of all would be megabytes of garbage for each block.
    const least = candidates <= count ? 0 : nthLargest(this.#scratch.subarray(0, candidates), count);
    const above = nearness.reduce((sum, own) => sum + (own > least ? 1 : 0), 0);
    const found: number[] = [];
    for (let item = 0, equals = count - above; item < values.length; item++) {
      const own = nearness[item] as number;
      if (own > least || (own > 0 && own === least && equals-- > 0)) found.push(item);
    }
    return found.sort((a, b) => (nearness[b] as number) - (nearness[a] as number) || a - b);
  }

  discard(): void {
    discard(this.#sums.placeOf, this.#sums.values, this.#nearness, this.#scratch);
  }
}

function warmItems({ placeStart, itemCount }: Walks): Uint32Array {
  const items = Uint32Array.from({ length: itemCount }, (_, item) => item);
  return items.filter((item) => placeStart[item] !== placeStart[item + 1]);
}
