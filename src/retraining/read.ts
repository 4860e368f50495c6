import { sha256Hex, TRAIN_INTERACTIONS_MIN, TRAIN_ITEMS_MIN, TRAIN_ROWS_MAX } from "../base/index.ts";
import { type CatalogItem, contentFeatures, LATE_FEATURES, writeCatalog } from "../catalogue/index.ts";
import type { StoredItem } from "../events/index.ts";
import { ITEM_STATES, openLake, USER_CHANGES, USER_HISTORIES } from "../lake/index.ts";
import { type Content, ContentBuilder, type Dataset, encodeContent } from "../learn/index.ts";
import type { TrainingSettings } from "../registry/index.ts";
import type { RetrainOutcome, RetrainParams } from "./contract.ts";
import { readDeletions } from "./deletions.ts";
import { readItems } from "./items.ts";
import { goneSnapshot, pinSnapshots } from "./pin.ts";
import type { RetrainPorts } from "./ports.ts";
import { encodeSubjectKeys, SUBJECT_KEYS_FILE } from "./ranker/subject-keys.ts";
import { readHistories } from "./read-histories.ts";
import { unchangedSince } from "./unchanged.ts";
import type { Workspace } from "./workspace.ts";

export interface ReadResult {
  interactions: number;
  users: number;
  /** Items with at least one interaction. */
  itemsSeen: number;
  fromMs: number;
  untilMs: number;
  /** Table → the snapshot read: equal snapshots give equal models. */
  snapshots: Record<string, number>;
  /** When a user was deleted last. */
  lastDeletionMs?: number;
  /** SHA-256 over `snapshots`. */
  snapshot: string;
  /** Where there is more than the run takes: all that there is. */
  sampledFrom?: { interactions: number; users: number };
}

/** Says why nothing could be read; only a run that is run again may find so. */
export interface Unreadable {
  unreadable: string;
}

/** Nothing is to be read: the live version knows it all. */
export interface Unchanged {
  live: string;
  snapshots: Record<string, number>;
}

/**
 * Lake → data set, catalogue and item content, in the run's folder, so that every later step and every retry sees the
 * very same data, however many events arrive meanwhile. All of it is read at one snapshot of each table.
 */
export async function readData(
  ports: RetrainPorts,
  params: RetrainParams & { settings: TrainingSettings },
  workspace: Workspace,
): Promise<ReadResult | Unreadable | Unchanged> {
  const { tenant, runId, rerun, requestedAtMs, seed, settings } = params;
  const report = workspace.progress("read");
  const rowsMax = params.rowsMax ?? Math.min(settings.rowsMax, TRAIN_ROWS_MAX);
  const lake = openLake(ports.store, { clock: ports.clock });
  if (rerun === undefined) await ports.makeCurrent();
  const snapshots = rerun?.snapshots ?? (await pinSnapshots(lake, runId, ports.clock()));
  const gone = rerun === undefined ? null : await goneSnapshot(lake, snapshots);
  if (gone !== null) return { unreadable: gone.message };
  const live = await unchangedSince({ lake, store: ports.store }, params, snapshots);
  if (live !== null) return { live, snapshots };
  const items = await readItems(lake, tenant, snapshots[ITEM_STATES.name]);
  const deletedAtMs = await readDeletions(lake, tenant, snapshots[USER_CHANGES.name]);
  const { dataset, file, sampledFrom } = await readHistories(lake, {
    tenant,
    snapshotId: snapshots[USER_HISTORIES.name],
    deletedAtMs,
    eventWeights: settings.eventWeights,
    itemIds: items.map((item) => item.item_id),
    rowsMax,
    nowMs: rerun?.requestedAtMs ?? requestedAtMs,
    seed,
    yieldTo: ports.yieldTo,
    report,
  });
  if (rerun !== undefined && sampledFrom !== undefined && rowsMax < settings.rowsMax) {
    return {
      unreadable: `${rerun.of} read more than a Worker can: \`lakeshore train --whole --run\` runs it again`,
    };
  }
  await workspace.write("dataset.bin", file);
  await workspace.write(SUBJECT_KEYS_FILE, encodeSubjectKeys(dataset.userIds));
  const catalogue = catalogueOf(dataset, items);
  await workspace.write("catalog.parquet", await writeCatalog(catalogue, ports));
  await workspace.write("content.bin", encodeContent(await contentOf(catalogue, ports)));
  const seen = new Set(dataset.items);
  return {
    interactions: dataset.items.length,
    users: dataset.userIds.length,
    itemsSeen: seen.size,
    fromMs: minOf(dataset.timesMs),
    untilMs: maxOf(dataset.timesMs),
    snapshots,
    snapshot: await sha256Hex(JSON.stringify(Object.entries(snapshots).sort())),
    ...(sampledFrom === undefined ? {} : { sampledFrom }),
    ...(deletedAtMs.size === 0 ? {} : { lastDeletionMs: maxOf(deletedAtMs.values()) }),
  };
}

/**
 * One entry per item of the data set, in its order. An item that has interactions but is not in the catalogue waits for
 * its upsert, hidden; only a tenant without any catalogue gets bare ids recommended.
 */
export function catalogueOf(dataset: Dataset, items: readonly StoredItem[]): CatalogItem[] {
  const known = new Map(items.map((item) => [item.item_id, item]));
  const popularity = decayedCounts(dataset);
  return dataset.itemIds.map((itemId, index) => ({
    ...(known.get(itemId) ?? { item_id: itemId, hidden: items.length > 0 }),
    popularity: popularity[index] as number,
  }));
}

/** Some milliseconds of hashing. */
const ITEMS_PER_YIELD = 50;

async function contentOf(catalogue: readonly CatalogItem[], { yieldTo }: RetrainPorts): Promise<Content> {
  const content = new ContentBuilder(catalogue.length, LATE_FEATURES);
  for (const [index, item] of catalogue.entries()) {
    content.add(contentFeatures(item, LATE_FEATURES));
    if (index % ITEMS_PER_YIELD === 0) await yieldTo();
  }
  return content.build();
}

const POPULARITY_HALF_LIFE_MS = 14 * 86_400_000;

/** [N] weight of an item's interactions, halved every 14 days before the newest one. */
function decayedCounts({ itemIds, items, timesMs, weights }: Dataset): Float64Array {
  const newestMs = maxOf(timesMs);
  const counts = new Float64Array(itemIds.length);
  for (let row = 0; row < items.length; row++) {
    const age = (newestMs - (timesMs[row] as number)) / POPULARITY_HALF_LIFE_MS;
    counts[items[row] as number] =
      (counts[items[row] as number] as number) + (weights[row] as number) * 2 ** -age;
  }
  return counts;
}

function minOf(values: Float64Array): number {
  return values.reduce((least, value) => Math.min(least, value), values[0] ?? 0);
}

function maxOf(values: Iterable<number>): number {
  let most = 0;
  for (const value of values) most = Math.max(most, value);
  return most;
}

/** Says how much is missing, in the tenant's own terms. */
export function missingData({ itemsSeen, ...read }: ReadResult): RetrainOutcome | null {
  // A sample may be smaller than the least that there must be to take one from.
  const { interactions } = read.sampledFrom ?? read;
  const needed = TRAIN_INTERACTIONS_MIN - interactions;
  if (needed > 0) {
    return {
      status: "too_little_data",
      interactionsNeeded: needed,
      message: `${needed} more interactions needed: ${interactions} of ${TRAIN_INTERACTIONS_MIN} are there`,
    };
  }
  if (itemsSeen < TRAIN_ITEMS_MIN) {
    return {
      status: "too_little_data",
      interactionsNeeded: TRAIN_ITEMS_MIN - itemsSeen,
      message: `interactions with ${TRAIN_ITEMS_MIN - itemsSeen} more items needed: ${itemsSeen} of ${TRAIN_ITEMS_MIN} are there`,
    };
  }
  return null;
}
