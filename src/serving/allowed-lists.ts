import type { ArrivedItems, PackedItems } from "../features/index.ts";
import { asEdited, goodAsEdited } from "./as-edited.ts";
import type { FallbackLists } from "./ports.ts";

/** The lists of one read, with their items as they are by now, and what of them may not be answered any more. */
export interface AllowedLists extends Omit<FallbackLists, "withdrawn"> {
  /** Items that were hidden or deleted since the lists were made. */
  withdrawn: ReadonlySet<string>;
  /** Of lists made before this time it is not known what was withdrawn since. */
  withdrawnSinceMs: number;
  /** Items that were published since, the newest first. */
  arrived: ArrivedItems | null;
  readAtMs: number;
}

export function allowedLists(found: FallbackLists, readAtMs: number): AllowedLists {
  const { lastGood, lists, categories, withdrawn } = found;
  // So many items were withdrawn that the older ones are not named: a list from that time is not to be trusted. The
  // materialised ones are made anew from the catalogue every few minutes.
  const isTooOld = lastGood !== null && lastGood.createdAtMs < (withdrawn?.sinceMs ?? 0);
  return {
    ...asOfNow({ lastGood: isTooOld ? null : lastGood, lists, categories }, withdrawn?.edited),
    withdrawn: new Set(withdrawn?.itemIds),
    withdrawnSinceMs: withdrawn?.sinceMs ?? 0,
    arrived: withdrawn?.arrived ?? null,
    readAtMs,
  };
}

type Lists = Pick<FallbackLists, "lastGood" | "lists" | "categories">;

function asOfNow({ lastGood, lists, categories }: Lists, edited: PackedItems | undefined): Lists {
  if (edited === undefined) return { lastGood, lists, categories };
  const places = new Map(edited.itemIds.map((itemId, at) => [itemId, at]));
  return {
    lastGood: lastGood === null ? null : goodAsEdited(lastGood, edited, places),
    lists: lists === null ? null : asEdited(lists, edited, places),
    categories: categories === null ? null : asEdited(categories, edited, places),
  };
}

export function countItems({ lastGood, lists, categories, withdrawn, arrived }: AllowedLists): number {
  const packed = (value: { items: { itemIds: string[] } } | null) => value?.items.itemIds.length ?? 0;
  return (
    (lastGood?.items.length ?? 0) + packed(lists) + packed(categories) + packed(arrived) + withdrawn.size
  );
}
