import { createPrng, type Engine, HISTORY_MAX, type Session, type Tensor } from "../base/index.ts";
import { LATE_FEATURES } from "../catalogue/index.ts";
import { type Dataset, historyFeeds, type YieldTo } from "../learn/index.ts";

/** Requests whose answers are stored beside the model: whoever loads the file can see that it answers as it did. */
export interface Golden {
  v: 1;
  requests: GoldenRequest[];
}

export interface GoldenRequest {
  /** Oldest first; empty for somebody of whom nothing is known. */
  history: { item: number; weight: number; ageSeconds: number; type: number }[];
  /** Item indexes, best first, and their scores. */
  items: number[];
  scores: number[];
}

const USERS = 6;
const LIST_LENGTH = 20;
const LENGTH_MAX = Math.min(50, HISTORY_MAX);

/** The newest interactions of a few users, one of them cut to a single item, and nobody; answered by the model. */
export async function makeGolden(
  engine: Engine,
  onnx: Uint8Array,
  dataset: Dataset,
  { seed, yieldTo }: { seed: number; yieldTo: YieldTo },
): Promise<Golden> {
  const session = await engine.load(onnx);
  try {
    const requests: GoldenRequest[] = [];
    for (const history of histories(dataset, seed)) {
      await yieldTo();
      requests.push({ history, ...(await answer(session, history, dataset.itemIds.length)) });
    }
    return { v: 1, requests };
  } finally {
    await session.release();
  }
}

/** Throws nothing: null when the session answers every request as it stands there, else what is different. */
export async function checkGolden(
  session: Session,
  { requests }: Golden,
  { itemCount, yieldTo }: { itemCount: number; yieldTo: YieldTo },
): Promise<string | null> {
  for (const [index, { history, items, scores }] of requests.entries()) {
    await yieldTo();
    const now = await answer(session, history, itemCount);
    const name = `golden request ${index}`;
    if (!now.scores.every(Number.isFinite)) return `${name} is answered with scores that are no numbers`;
    if (new Set(now.items).size !== items.length) return `${name} is answered with ${now.items.length} items`;
    if (now.items.some((item, place) => item !== items[place])) return `${name} is answered with other items`;
    if (now.scores.some((score, place) => Math.abs(score - (scores[place] ?? 0)) > SCORE_TOLERANCE)) {
      return `${name} is answered with other scores`;
    }
  }
  return null;
}

/** In standard deviations: what another thread count may change in a float32 sum. */
const SCORE_TOLERANCE = 1e-4;

function histories(dataset: Dataset, seed: number): GoldenRequest["history"][] {
  const { userIds, userStart, items, weights, types, timesMs } = dataset;
  const users = createPrng(`golden/${seed}`)
    .shuffle([...userIds.keys()])
    .slice(0, USERS);
  const lists = users.map((user) => {
    const end = userStart[user + 1] as number;
    const start = Math.max(userStart[user] as number, end - LENGTH_MAX);
    const newestMs = timesMs[end - 1] ?? 0;
    return Array.from({ length: end - start }, (_, place) => ({
      item: items[start + place] as number,
      weight: weights[start + place] as number,
      ageSeconds: (newestMs - (timesMs[start + place] as number)) / 1_000,
      type: types[start + place] as number,
    }));
  });
  return [[], (lists[0] ?? []).slice(-1), ...lists];
}

async function answer(
  session: Session,
  history: GoldenRequest["history"],
  itemCount: number,
): Promise<{ items: number[]; scores: number[] }> {
  const { items, scores } = await session.run(goldenFeeds(history, itemCount));
  return {
    items: Array.from((items?.data ?? []) as BigInt64Array, Number),
    scores: [...((scores?.data ?? []) as Float32Array)],
  };
}

export function goldenFeeds(history: GoldenRequest["history"], itemCount: number): Record<string, Tensor> {
  const nowMs = 0;
  const dataset: Dataset = {
    userIds: ["golden"],
    itemIds: [],
    userStart: Uint32Array.of(0, history.length),
    items: Uint32Array.from(history, ({ item }) => item),
    timesMs: Float64Array.from(history, ({ ageSeconds }) => -1_000 * ageSeconds),
    weights: Float32Array.from(history, ({ weight }) => weight),
    types: Uint8Array.from(history, ({ type }) => type),
  };
  const range = { from: 0, end: history.length, nowMs };
  const k = BigInt64Array.of(BigInt(Math.min(LIST_LENGTH, itemCount)));
  return {
    ...historyFeeds(dataset, [range], { historyMax: HISTORY_MAX, indexOf: (item) => item }),
    late_features: { type: "float32", dims: [0, LATE_FEATURES], data: new Float32Array(0) },
    bias: { type: "float32", dims: [1, itemCount], data: new Float32Array(itemCount) },
    k: { type: "int64", dims: [1], data: k },
  };
}
