import type { Engine, Session } from "../../base/index.ts";
import { type Metric, pairedBootstrap } from "./bootstrap.ts";
import { type HistoryRange, historyFeeds } from "./feeds.ts";
import type { YieldTo } from "../model/pace.ts";
import { METRIC_NAMES, meanPerUser, RANK_MAX } from "./metrics.ts";
import { createPace } from "../model/pace.ts";
import type { Cases } from "../data/split.ts";

export interface RankOptions {
  historyMax: number;
  /** Width F of the graph's `late_features`. */
  contentWidth: number;
  /** Data set's item index → the graph's, −1 for an item it does not know; absent when both are the same. */
  itemMap?: Int32Array;
  /** N of the graph; absent when it is the data set's. */
  itemCount?: number;
  /** Ranks beyond this are Infinity; RANK_MAX when absent. */
  rankMax?: number;
  onProgress?(fraction: number): void;
}

export interface Evaluation {
  cases: number;
  users: number;
  /** Keys such as `ndcg@10`. */
  metrics: Record<string, Metric>;
}

/**
 * Ranks both graphs on the cases, each through the engine as serving runs it: full ranking over the known items, the
 * user's earlier items masked by `bias`. Figures: mean per user, then over users, intervals by paired bootstrap.
 */
export async function evaluateModel(
  engine: Engine,
  graphs: { model: Uint8Array; popularity: Uint8Array },
  cases: Cases,
  options: RankOptions & { seed: number },
  yieldTo: YieldTo,
): Promise<Evaluation> {
  const half = (offset: number) => ({
    ...options,
    onProgress: (fraction: number) => options.onProgress?.(offset + fraction / 2),
  });
  const model = await rankCases(engine, graphs.model, cases, half(0), yieldTo);
  const popularity = await rankCases(engine, graphs.popularity, cases, half(0.5), yieldTo);
  return {
    cases: cases.targetRows.length,
    users: new Set(cases.users).size,
    metrics: await compareRanks({ model, popularity }, cases.users, options.seed, yieldTo),
  };
}

/** Ranks of two graphs on the same cases → every metric with its intervals. `popularity` may be any second graph. */
export async function compareRanks(
  ranks: { model: Float64Array; popularity: Float64Array },
  users: Uint32Array,
  seed: number,
  yieldTo: YieldTo,
): Promise<Record<string, Metric>> {
  const metrics: Record<string, Metric> = {};
  for (const name of METRIC_NAMES) {
    metrics[name] = pairedBootstrap(
      meanPerUser(name, ranks.model, users),
      meanPerUser(name, ranks.popularity, users),
      seed,
    );
    await yieldTo();
  }
  return metrics;
}

/** Batch rows of one run: enough to spread the cost of a run, few enough to stay under 20 ms for 10,000 items. */
const BATCH = 8;

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
  try {
    return await rankAll(session, cases, options, yieldTo);
  } finally {
    await session.release();
  }
}

async function rankAll(session: Session, cases: Cases, options: RankOptions, yieldTo: YieldTo) {
  const itemCount = options.itemCount ?? cases.dataset.itemIds.length;
  const indexOf = (item: number) => (options.itemMap === undefined ? item : (options.itemMap[item] ?? -1));
  const ranks = new Float64Array(cases.targetRows.length).fill(Number.POSITIVE_INFINITY);
  const neutral = neutralBias(cases, itemCount, indexOf);
  // One more than what counts, so that a tie across the border is seen.
  const rankMax = options.rankMax ?? RANK_MAX;
  const k = Math.min(rankMax + 1, itemCount);
  const groups = groupByHistory(cases);
  const pace = createPace(yieldTo);
  for (let start = 0; start < groups.length; start += BATCH) {
    const batch = groups.slice(start, start + BATCH);
    const bias = new Float32Array(batch.length * itemCount);
    for (const [row, group] of batch.entries()) {
      bias.set(neutral, row * itemCount);
      for (let r = group.from; r < group.end; r++) {
        const index = indexOf(cases.dataset.items[r] as number);
        if (index >= 0) bias[row * itemCount + index] = Number.NEGATIVE_INFINITY;
      }
    }
    const outputs = await session.run({
      ...historyFeeds(cases.dataset, batch, { historyMax: options.historyMax, indexOf }),
      late_features: {
        type: "float32",
        dims: [0, options.contentWidth],
        data: new Float32Array(0),
      },
      bias: { type: "float32", dims: [batch.length, itemCount], data: bias },
      k: { type: "int64", dims: [1], data: BigInt64Array.of(BigInt(k)) },
    });
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
    }
    await pace.spend(batch.length * (itemCount * 20 + options.historyMax * 500));
    options.onProgress?.(Math.min(start + BATCH, groups.length) / groups.length);
  }
  return ranks;
}

/** [N] 0 for the items that compete, −∞ for the rest. */
function neutralBias(cases: Cases, itemCount: number, indexOf: (item: number) => number): Float32Array {
  const bias = new Float32Array(itemCount).fill(Number.NEGATIVE_INFINITY);
  for (const [item, known] of cases.known.entries()) {
    const index = indexOf(item);
    if (known === 1 && index >= 0) bias[index] = 0;
  }
  return bias;
}

/** Cases of one user at one instant share a history, and so a row of the batch. */
function groupByHistory(cases: Cases): (HistoryRange & { cases: number[] })[] {
  const groups: (HistoryRange & { cases: number[] })[] = [];
  for (const [index, row] of cases.targetRows.entries()) {
    const end = cases.historyEnds[index] as number;
    const last = groups.at(-1);
    if (
      last !== undefined &&
      last.end === end &&
      cases.users[last.cases[0] as number] === cases.users[index]
    ) {
      last.cases.push(index);
      continue;
    }
    groups.push({
      from: cases.dataset.userStart[cases.users[index] as number] as number,
      end,
      nowMs: cases.dataset.timesMs[row] as number,
      cases: [index],
    });
  }
  return groups;
}

function rankOf(
  target: number,
  list: { items: BigInt64Array; scores: Float32Array; rankMax: number },
): number {
  const at = list.items.indexOf(BigInt(target));
  if (at < 0 || list.scores[at] === Number.NEGATIVE_INFINITY) return Number.POSITIVE_INFINITY;
  const score = list.scores[at] as number;
  let rank = at + 1;
  const { rankMax } = list;
  while (rank < list.scores.length && (list.scores[rank] as number) >= score) rank++;
  return rank > rankMax ? Number.POSITIVE_INFINITY : rank;
}
