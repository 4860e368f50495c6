import { discard, discardTensors, type Engine, type Session } from "../../base/index.ts";
import type { Cases } from "../data/cases.ts";
import { createPace, OPERATIONS_PER_SECOND, type Pace, type YieldTo } from "../model/pace.ts";
import { historyFeeds } from "./feeds.ts";
import { batchOf, groupByHistory, type HistoryGroup } from "./groups.ts";
import { RANK_MAX } from "./metrics.ts";

export interface RankOptions {
  historyMax: number;
  /** Width F of the graph's `late_features`. */
  contentWidth: number;
  /** Data set's item index → the graph's, −1 for an item it does not know; absent when both are the same. */
  itemMap?: Int32Array;
  /** N of the graph; absent when it is the data set's. */
  itemCount?: number;
  /** [M × F] items that the graph is told of at the run: late item j is N + j, also as a value of `itemMap`. */
  lateFeatures?: Float32Array;
  /** Ranks beyond this are Infinity; RANK_MAX when absent. */
  rankMax?: number;
  /** Nobody else reads the graph's bytes: they are discarded once it is loaded. */
  isModelDead?: boolean;
  /** Counts the work, where somebody asks for it. */
  pace?: Pace;
  onProgress?(fraction: number): void;
  /** The best items of a case's list that compete, best first, at most rankMax + 1; valid only during the call. */
  onList?(list: { items: ArrayLike<bigint>; group: HistoryGroup }): void;
}

/** Scores of one run: so many take about 20 ms in a graph of a few parts. */
const SCORES_PER_RUN = 80_000;
/** More spread the cost of a run no further. */
const BATCH_MAX = 16;
/**
 * Simple operations of one history, and of each item that competes: 2.9 ms were measured at 9,700 items (neighbours of sessions with
 * content beside them, in workerd), 5.7 ms at 37,000.
 */
const HISTORY_OPERATIONS = 600_000;
const ITEM_OPERATIONS = 30;

/** Estimated CPU-seconds of ranking one history among so many items. */
export function rankSeconds(itemCount: number): number {
  return (HISTORY_OPERATIONS + ITEM_OPERATIONS * itemCount) / OPERATIONS_PER_SECOND;
}

/**
 * [cases] the rank of each target: how many items score at least as much, itself included, so that ties count against
 * the graph. Infinity beyond `rankMax`.
 */
export async function rankCases(
  engine: Engine,
  onnx: Uint8Array,
  cases: Cases,
  options: RankOptions,
  yieldTo: YieldTo,
): Promise<Float64Array> {
  const session = await engine.load(onnx);
  if (options.isModelDead === true) discard(onnx);
  try {
    return await rankAll(session, cases, options, yieldTo);
  } finally {
    await session.release();
  }
}

async function rankAll(session: Session, cases: Cases, options: RankOptions, yieldTo: YieldTo) {
  const { historyMax, itemMap, contentWidth } = options;
  const indexOf = (item: number) => (itemMap === undefined ? item : (itemMap[item] ?? -1));
  const late = (options.lateFeatures?.length ?? 0) / contentWidth;
  const width = (options.itemCount ?? cases.dataset.itemIds.length) + late;
  const lateFeatures = {
    type: "float32",
    dims: [late, contentWidth],
    data: options.lateFeatures ?? new Float32Array(0),
  } as const;
  const ranks = new Float64Array(cases.targetRows.length).fill(Number.POSITIVE_INFINITY);
  // One more than what counts, so that a tie across the border is seen.
  const rankMax = options.rankMax ?? RANK_MAX;
  const k = Math.min(rankMax + 1, width);
  const groups = groupByHistory(cases, historyMax);
  const batchMax = Math.max(1, Math.min(BATCH_MAX, Math.floor(SCORES_PER_RUN / width)));
  const neutral = neutralBias(cases, width, indexOf);
  const bias = new Float32Array(Math.min(batchMax, groups.length) * width);
  for (let row = 0; row < bias.length; row += width) bias.set(neutral, row);
  const pace = options.pace ?? createPace(yieldTo);
  for (let start = 0, batch = groups.slice(0, 0); start < groups.length; start += batch.length) {
    batch = batchOf(groups, start, { batchMax, historyMax });
    const masked = maskHistories(bias, { cases, batch, width, indexOf });
    const histories = historyFeeds(cases.dataset, batch, { historyMax, indexOf });
    const outputs = await session.run({
      ...histories,
      late_features: lateFeatures,
      bias: { type: "float32", dims: [batch.length, width], data: bias.subarray(0, batch.length * width) },
      k: { type: "int64", dims: [1], data: BigInt64Array.of(BigInt(k)) },
    });
    // Only what was masked is written again: the row of a large catalogue is not.
    for (const place of masked) bias[place] = neutral[place % width] as number;
    const items = outputs.items?.data as BigInt64Array;
    const scores = outputs.scores?.data as Float32Array;
    for (const [row, group] of batch.entries()) {
      const list = {
        rankMax,
        items: items.subarray(row * k, row * k + k),
        scores: scores.subarray(row * k, row * k + k),
      };
      for (const one of group.cases) {
        ranks[one] = rankOf(indexOf(cases.dataset.items[cases.targetRows[one] as number] as number), list);
      }
      options.onList?.({ items: list.items.subarray(0, competing(list.scores)), group });
    }
    discardTensors(histories);
    discardTensors(outputs);
    await pace.spend(batch.length * (HISTORY_OPERATIONS + ITEM_OPERATIONS * width));
    options.onProgress?.((start + batch.length) / groups.length);
  }
  discard(bias, neutral);
  return ranks;
}

/** [N + M] 0 for the items that compete, −∞ for the rest. */
function neutralBias(cases: Cases, width: number, indexOf: (item: number) => number): Float32Array {
  const bias = new Float32Array(width).fill(Number.NEGATIVE_INFINITY);
  for (const [item, known] of cases.known.entries()) {
    const index = indexOf(item);
    if (known === 1 && index >= 0) bias[index] = 0;
  }
  return bias;
}

/** Excludes each history's items from its row of `bias`; returns the places that it wrote. */
function maskHistories(
  bias: Float32Array,
  {
    cases,
    batch,
    width,
    indexOf,
  }: { cases: Cases; batch: readonly HistoryGroup[]; width: number; indexOf(item: number): number },
): number[] {
  if (!cases.maskSeen) return [];
  const places: number[] = [];
  for (const [row, { from, end }] of batch.entries()) {
    for (let r = from; r < end; r++) {
      const index = indexOf(cases.dataset.items[r] as number);
      if (index >= 0) places.push(row * width + index);
    }
  }
  for (const place of places) bias[place] = Number.NEGATIVE_INFINITY;
  return places;
}

/** How many of a list compete: where fewer do than it is long, TopK fills it with what is excluded, which scores −∞. */
function competing(scores: Float32Array): number {
  const end = scores.indexOf(Number.NEGATIVE_INFINITY);
  return end < 0 ? scores.length : end;
}

function rankOf(
  target: number,
  list: { items: BigInt64Array; scores: Float32Array; rankMax: number },
): number {
  const at = list.items.indexOf(BigInt(target));
  if (at < 0 || list.scores[at] === Number.NEGATIVE_INFINITY) return Number.POSITIVE_INFINITY;
  const score = list.scores[at] as number;
  // Where TopK puts what is no number is chance.
  if (Number.isNaN(score)) return Number.POSITIVE_INFINITY;
  let rank = at + 1;
  const { rankMax } = list;
  while (rank < list.scores.length && (list.scores[rank] as number) >= score) rank++;
  return rank > rankMax ? Number.POSITIVE_INFINITY : rank;
}
