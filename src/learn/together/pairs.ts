import { discard } from "../../base/index.ts";
import type { Pace } from "../model/pace.ts";
import { type Baskets, basketsByItem } from "./baskets.ts";
import { type PairLists, PairListsBuilder } from "./lists.ts";
import { logLikelihoodRatio } from "./ratio.ts";

/** Users who must have taken both: of fewer it may be chance, and would tell what one of them bought. */
const USERS_MIN = 3;
/** A ratio that chance reaches once in a thousand pairs: χ² of one degree of freedom. */
const RATIO_MIN = 10.83;
/** What goes together with an item, and with all of them: a file of 16 MB. */
const PAIRS_OF_ITEM_MAX = 20;
const PAIRS_MAX = 2_000_000;
const PAIRS_OF_ITEM_MIN = 5;
/** A hit has more pairs than a piece of work may have. */
const PAIRS_PER_PIECE = 200_000;

/**
 * Of each item the items that stand in a basket with it more often than chance would have it, by the log-likelihood ratio over
 * baskets. About two operations for each pair of items of a basket.
 */
export async function pairsOf(baskets: Baskets, pace: Pace): Promise<PairLists> {
  const { itemCount } = baskets;
  const most = Math.max(
    PAIRS_OF_ITEM_MIN,
    Math.min(PAIRS_OF_ITEM_MAX, Math.floor(PAIRS_MAX / Math.max(itemCount, 1))),
  );
  const byItem = await basketsByItem(baskets, pace);
  const counts = createCounts(itemCount);
  const lists = new PairListsBuilder(itemCount);
  const all = baskets.users.length;
  for (let item = 0; item < itemCount; item++) {
    const own = byItem.baskets.subarray(byItem.start[item], byItem.start[item + 1]);
    const touched = await countWith(baskets, { item, own }, counts, pace);
    const found: { other: number; ratio: number }[] = [];
    for (const other of touched) {
      const together = counts.baskets[other] as number;
      const others = (byItem.start[other + 1] as number) - (byItem.start[other] as number);
      const isSupported = (counts.users[other] as number) >= USERS_MIN;
      counts.baskets[other] = 0;
      counts.users[other] = 0;
      counts.lastUser[other] = NOBODY;
      if (!isSupported) continue;
      const ratio = logLikelihoodRatio(together, own.length, others, all);
      if (ratio >= RATIO_MIN) found.push({ other, ratio });
    }
    await pace.spend(touched.length * 50);
    const best = found.sort((a, b) => b.ratio - a.ratio || a.other - b.other).slice(0, most);
    lists.add(
      best.map(({ other }) => other),
      best.map(({ ratio }) => ratio),
    );
  }
  discard(byItem.baskets, counts.touched, counts.baskets, counts.users, counts.lastUser);
  return lists.build();
}

/** [items] each, of what stands beside one item. */
interface Counts {
  baskets: Uint32Array<ArrayBuffer>;
  users: Uint32Array<ArrayBuffer>;
  lastUser: Uint32Array<ArrayBuffer>;
  touched: Uint32Array<ArrayBuffer>;
}

const NOBODY = 0xffffffff;

function createCounts(itemCount: number): Counts {
  return {
    baskets: new Uint32Array(itemCount),
    users: new Uint32Array(itemCount),
    lastUser: new Uint32Array(itemCount).fill(NOBODY),
    touched: new Uint32Array(itemCount),
  };
}

/** Returns the items that stand in a basket with the item. */
async function countWith(
  { start, items, users }: Baskets,
  { item, own }: { item: number; own: Uint32Array },
  counts: Counts,
  pace: Pace,
): Promise<Uint32Array> {
  let count = 0;
  let pairs = 0;
  for (const basket of own) {
    const user = users[basket] as number;
    const until = start[basket + 1] as number;
    for (let place = start[basket] as number; place < until; place++, pairs++) {
      const other = items[place] as number;
      if (other === item) continue;
      const before = counts.baskets[other] as number;
      if (before === 0) counts.touched[count++] = other;
      counts.baskets[other] = before + 1;
      if (counts.lastUser[other] === user) continue;
      counts.lastUser[other] = user;
      counts.users[other] = (counts.users[other] as number) + 1;
    }
    if (pairs < PAIRS_PER_PIECE) continue;
    await pace.spend(pairs * 10);
    pairs = 0;
  }
  await pace.spend(pairs * 10 + own.length * 10 + 10);
  return counts.touched.subarray(0, count);
}
