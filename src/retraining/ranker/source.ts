import {
  createRankingItems,
  RANKING_COUNTERS,
  type RankingFeature,
  type RankingItems,
  type RankingWriter,
  rankingFeatures,
  rankingWriter,
  readCatalog,
} from "../../catalogue/index.ts";
import type { Item, ItemField } from "../../events/index.ts";
import { decodeDataset } from "../dataset-file.ts";
import type { Context } from "../fit.ts";
import { ListMaker } from "./lists.ts";
import type { Moment, MomentLog } from "./moments.ts";
import { readMoments } from "./read-events.ts";
import { SUBJECT_KEYS_FILE, subjectIndex } from "./subject-keys.ts";

/** Retrieval's best that the second stage orders: enough to hold what is taken, few enough for a fraction of a millisecond. */
export const CANDIDATES = 200;
/** Share of the moments, the older ones, that the judged fit learns from. */
const FITTED_SHARE = 0.6;
/** Countries that have a feature of their own: the most frequent ones. */
const COUNTRIES_MAX = 8;

export interface Source {
  /** Of silver.interactions. */
  snapshotId: number;
  /** `evaluated.onnx` was fitted on what is older: only newer lists are free of what it knows. */
  cutMs: number;
}

export interface OpenSource {
  log: MomentLog;
  items: RankingItems;
  makerOf(writer: RankingWriter): ListMaker;
}

/** All that lists are made from, while `work` runs; the model's session is released after it. */
export async function withSource<T>(
  { ports, params, workspace }: Context,
  { snapshotId, cutMs }: Source,
  work: (source: OpenSource) => Promise<T>,
): Promise<T> {
  const dataset = decodeDataset(await workspace.read("dataset.bin"));
  const catalogue = await readCatalog(await workspace.read("catalog.parquet"), ports);
  const items = createRankingItems(
    catalogue.ids.map((item_id, index) => ({ item_id, ...catalogue.fieldsOf(index, CONTENT) }) as Item),
    RANKING_COUNTERS,
  );
  await ports.yieldTo();
  const { tenant, requestedAtMs: nowMs } = params;
  const userOf = subjectIndex(await workspace.read(SUBJECT_KEYS_FILE), dataset, cutMs);
  const { itemIds } = dataset;
  const log = await readMoments(ports, { userOf, itemIds }, { tenant, snapshotId, cutMs, nowMs });
  const session = await ports.engine.load(await workspace.read("evaluated.onnx"));
  try {
    const { counters } = log;
    return await work({
      log,
      items,
      makerOf: (writer) =>
        new ListMaker({ dataset, items, counters, session, writer, candidatesMax: CANDIDATES }),
    });
  } finally {
    await session.release();
  }
}

/** What the features of an item are made from. */
const CONTENT: readonly ItemField[] = ["title", "brand", "categories", "tags", "price", "published_at"];

/** Where the newer moments begin, which no fit that is judged may see. */
export function judgedFromMs(moments: readonly Moment[]): number {
  const at = Math.min(Math.floor(moments.length * FITTED_SHARE), moments.length - 1);
  return moments[at]?.context.nowMs ?? 0;
}

export function frequentCountries(moments: readonly Moment[]): string[] {
  const counts = new Map<string, number>();
  for (const { context } of moments) {
    const { country } = context;
    if (country !== undefined) counts.set(country, (counts.get(country) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return sorted.slice(0, COUNTRIES_MAX).map(([country]) => country);
}

export function declared(countries: readonly string[]): {
  features: RankingFeature[];
  writer: RankingWriter;
} {
  const features = rankingFeatures(countries);
  const writer = rankingWriter(features, RANKING_COUNTERS);
  if (writer === null) throw new Error("the declared features are known to their own writer");
  return { features, writer };
}
