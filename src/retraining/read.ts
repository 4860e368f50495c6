import { sha256Hex } from "../base/index.ts";
import { type CatalogItem, contentFeatures, LATE_FEATURES, writeCatalog } from "../catalogue/index.ts";
import type { StoredItem } from "../events/index.ts";
import { openLake } from "../lake/index.ts";
import { createDataset, type Dataset } from "../learn/index.ts";
import type { RetrainParams } from "./contract.ts";
import { encodeDataset } from "./dataset-file.ts";
import { InteractionCollector, TRAINING_COLUMNS, type TrainingEvent } from "./interactions.ts";
import type { RetrainPorts } from "./ports.ts";
import type { Workspace } from "./workspace.ts";

export interface ReadResult {
  interactions: number;
  users: number;
  /** Items with at least one interaction. */
  itemsSeen: number;
  fromMs: number;
  untilMs: number;
  /** SHA-256 over the sorted names of the files read: equal snapshots give equal models. */
  snapshot: string;
}

/**
 * Lake → data set, catalogue and item content, in the run's folder, so that every later step and every retry sees the
 * very same data, however many events arrive meanwhile.
 */
export async function readData(
  ports: RetrainPorts,
  { tenant }: RetrainParams,
  workspace: Workspace,
): Promise<ReadResult> {
  const report = workspace.progress("read");
  const { collector, files } = await scanInteractions(ports, tenant, report);
  const items = await ports.items(tenant);
  const dataset = createDataset(collector.rows(), items.map((item) => item.item_id).sort());
  const catalogue = catalogueOf(dataset, items);
  await workspace.write("dataset.bin", encodeDataset(dataset));
  await workspace.write("catalog.parquet", await writeCatalog(catalogue, ports));
  await workspace.write("content.bin", new Uint8Array((await contentOf(catalogue, ports)).buffer));
  const seen = new Set(dataset.items);
  return {
    interactions: dataset.items.length,
    users: dataset.userIds.length,
    itemsSeen: seen.size,
    fromMs: minOf(dataset.timesMs),
    untilMs: maxOf(dataset.timesMs),
    snapshot: await sha256Hex([...files].sort().join("\n")),
  };
}

async function scanInteractions(
  { store, yieldTo }: RetrainPorts,
  tenant: string,
  report: (fraction: number, message: string) => void,
): Promise<{ collector: InteractionCollector; files: Set<string> }> {
  const collector = new InteractionCollector();
  const files = new Set<string>();
  const groups = openLake(store).scanEvents(tenant, {
    columns: TRAINING_COLUMNS,
    onProgress: ({ filesDone, filesTotal }) =>
      report(filesTotal === 0 ? 1 : filesDone / filesTotal, `${filesDone} of ${filesTotal} files read`),
  });
  for await (const { path, rows, columns } of groups) {
    files.add(path);
    for (let row = 0; row < rows; row++) collector.add(eventAt(columns, row));
    await yieldTo();
  }
  return { collector, files };
}

type Columns = { [K in keyof TrainingEvent]-?: (Exclude<TrainingEvent[K], undefined> | null)[] };

/** Null cells are left out: an event has no such field then. */
function eventAt(columns: Columns, row: number): TrainingEvent {
  const event: Record<string, unknown> = {};
  for (const name of TRAINING_COLUMNS) {
    const cell = columns[name][row];
    if (cell !== null) event[name] = cell;
  }
  return event as unknown as TrainingEvent;
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
const ITEMS_PER_YIELD = 500;

/** [N × LATE_FEATURES], row i of item i. */
async function contentOf(
  catalogue: readonly CatalogItem[],
  { yieldTo }: RetrainPorts,
): Promise<Float32Array<ArrayBuffer>> {
  const content = new Float32Array(catalogue.length * LATE_FEATURES);
  for (const [index, item] of catalogue.entries()) {
    content.set(contentFeatures(item, LATE_FEATURES), index * LATE_FEATURES);
    if (index % ITEMS_PER_YIELD === 0) await yieldTo();
  }
  return content;
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

function maxOf(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value), values[0] ?? 0);
}
