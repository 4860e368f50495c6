import { discard } from "../../base/index.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Pace } from "../model/pace.ts";
import { basketsOf } from "./baskets.ts";
import { type PairLists, withFallback } from "./lists.ts";
import { pairsOf } from "./pairs.ts";

/** An item with fewer takes its list from the weaker signs. */
const LIST_MIN = 4;

export interface TogetherOptions {
  /** Codes of purchases, and of what leads to them. */
  bought: number;
  carted: number;
  /** Reads the rows, anew each time: they go once their baskets are counted. */
  readRows(): Promise<Dataset>;
  discardRows(rows: Dataset): void;
}

/**
 * What is bought together: by one user within a day. An item of which too little was bought goes by what was bought or put into
 * carts together. Null where nothing goes together.
 */
export async function learnTogether(options: TogetherOptions, pace: Pace): Promise<PairLists | null> {
  const { bought, carted } = options;
  const first = await listsOf(options, [bought], pace);
  const lists = first.hasCarts
    ? withFallback(first.lists, (await listsOf(options, [bought, carted], pace)).lists, LIST_MIN)
    : first.lists;
  return lists.indices.length === 0 ? null : lists;
}

async function listsOf(
  { readRows, discardRows, carted }: TogetherOptions,
  typeCodes: readonly number[],
  pace: Pace,
): Promise<{ lists: PairLists; hasCarts: boolean }> {
  const rows = await readRows();
  const hasCarts = rows.types.includes(carted);
  const baskets = await basketsOf(rows, typeCodes, pace);
  discardRows(rows);
  const lists = await pairsOf(baskets, pace);
  discard(baskets.items, baskets.start, baskets.users);
  return { lists, hasCarts };
}
