import { fnv1a32 } from "../../base/index.ts";
import type { Item } from "../../events/index.ts";
import { contentFeatures, LIKENESS_WIDTH } from "../content.ts";

/** What the ranker knows of items, in columns. N = `size`; absent numbers are NaN. About 150 B an item. */
export interface RankingItems {
  readonly size: number;
  /** [K] Declared features of items that are counted from events, such as `ctr_7d`. */
  readonly counterNames: readonly string[];
  /** [N × K] As of when the ranker's data ends. */
  readonly counters: Float32Array<ArrayBuffer>;
  /** [N] Logarithm of 1 + price. */
  readonly logPrice: Float32Array<ArrayBuffer>;
  /** [N] */
  readonly publishedAtMs: Float64Array<ArrayBuffer>;
  /** [N + 1] The labels of item i are labels[labelStart[i]] … labels[labelStart[i + 1] − 1], each once. */
  readonly labelStart: Uint32Array<ArrayBuffer>;
  /** See `labelCode`. */
  readonly labels: Uint32Array<ArrayBuffer>;
  /** [N × LIKENESS_WIDTH] `contentFeatures` in 127ths: a dot product of two is likeness × 127². */
  readonly content: Int8Array<ArrayBuffer>;
}

/** The kinds of labels, by the two highest bits of their codes. */
export const LABEL_KINDS = ["category", "tag", "brand"] as const;
export type LabelKind = (typeof LABEL_KINDS)[number];

/** The same for a name wherever it occurs, so that items from an overlay need no list of names. */
function labelCode(kind: number, name: string): number {
  return ((kind << 30) | (fnv1a32(name) >>> 2)) >>> 0;
}

export function labelKind(code: number): number {
  return code >>> 30;
}

/** `counters` [N × K] stands beside the items; absent: NaN, not known of any of them. */
export function createRankingItems(
  items: readonly Item[],
  counterNames: readonly string[],
  counters = new Float32Array(items.length * counterNames.length).fill(Number.NaN),
): RankingItems {
  const labelStart = new Uint32Array(items.length + 1);
  const labels: number[] = [];
  const content = new Int8Array(items.length * LIKENESS_WIDTH);
  for (const [index, item] of items.entries()) {
    labels.push(...new Set(labelsOf(item)));
    labelStart[index + 1] = labels.length;
    content.set(quantised(contentFeatures(item, LIKENESS_WIDTH)), index * LIKENESS_WIDTH);
  }
  return {
    size: items.length,
    counterNames,
    counters,
    logPrice: Float32Array.from(items, ({ price }) => (price === undefined ? Number.NaN : Math.log1p(price))),
    publishedAtMs: Float64Array.from(items, (item) => item.published_at ?? Number.NaN),
    labelStart,
    labels: Uint32Array.from(labels),
    content,
  };
}

function labelsOf({ categories = [], tags = [], brand }: Item): number[] {
  const names = [categories, tags, brand === undefined ? [] : [brand]];
  return names.flatMap((list, kind) => list.map((name) => labelCode(kind, name)));
}

function quantised(vector: Float32Array): Int8Array {
  return Int8Array.from(vector, (value) => Math.round(127 * value));
}

/** A model's items with what an overlay changed of them or added: index N + j is late item j. */
export interface RankingTable {
  base: RankingItems;
  /** Rows that stand in place of the base's. */
  extra: RankingItems;
  /** Index → row of `extra`. */
  extraRows: ReadonlyMap<number, number>;
}

/** `changes`: items as they are now, by index. What was counted of them stays. */
export function rankingTable(
  base: RankingItems,
  changes: readonly { index: number; item: Item }[] = [],
): RankingTable {
  const { counterNames, counters, size } = base;
  const width = counterNames.length;
  const extra = createRankingItems(
    changes.map(({ item }) => item),
    counterNames,
  );
  for (const [row, { index }] of changes.entries()) {
    if (index < size) extra.counters.set(counters.subarray(index * width, (index + 1) * width), row * width);
  }
  return { base, extra, extraRows: new Map(changes.map(({ index }, row) => [index, row])) };
}

/** Where an item's row stands. */
export function placeOf(table: RankingTable, index: number): { items: RankingItems; row: number } {
  const row = table.extraRows.get(index);
  return row === undefined ? { items: table.base, row: index } : { items: table.extra, row };
}
