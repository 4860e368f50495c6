import { assert, mapPooled } from "../base/index.ts";
import { compareCells } from "./cells.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { decodeManifest, type ManifestEntry } from "./manifest.ts";
import { decodeManifestList, type ManifestFile, type PartitionSummary } from "./manifest-list.ts";
import { sourceType } from "./schema-json.ts";
import { projectRange } from "./transforms.ts";
import type { Cell, FileFilter, IcebergTable, LiveFile, Snapshot, Warehouse } from "./types.ts";

/** A Worker has six connections that may wait for an answer's head. */
export const READS_AT_ONCE = 6;

/**
 * The live files of a snapshot that may hold what the filter asks for. Reads the manifest list and those manifests whose
 * partitions allow it. Throws for a snapshot that the table does not have.
 */
export async function dataFiles(
  warehouse: Warehouse,
  table: IcebergTable,
  snapshotId: number,
  filter: FileFilter = {},
): Promise<LiveFile[]> {
  const layout = layoutOf(table.metadata);
  const demands = partitionDemands(layout, filter);
  const manifests = await readManifestList(warehouse, layout, snapshotOf(table, snapshotId));
  const wanted = manifests.filter(
    ({ partitions, added, existing }) =>
      added.files + existing.files > 0 &&
      demands.every((demand, index) => summaryMeets(partitions[index], demand)),
  );
  const read = await mapPooled(wanted, READS_AT_ONCE, (manifest) => liveEntries(warehouse, layout, manifest));
  return read
    .flat()
    .map(liveFile)
    .filter(
      (file) =>
        demands.every((demand, index) => valueMeets(file.partition[index] ?? null, demand)) &&
        statsMeet(file, filter),
    );
}

/** The files that one snapshot added, with those that a later one removed. */
export async function addedFiles(
  warehouse: Warehouse,
  table: IcebergTable,
  snapshotId: number,
): Promise<LiveFile[]> {
  const layout = layoutOf(table.metadata);
  const manifests = await readManifestList(warehouse, layout, snapshotOf(table, snapshotId));
  const own = manifests.filter(
    ({ addedSnapshotId, added }) => addedSnapshotId === snapshotId && added.files > 0,
  );
  const read = await mapPooled(own, READS_AT_ONCE, (manifest) => liveEntries(warehouse, layout, manifest));
  return read
    .flat()
    .filter(({ status, snapshotId: by }) => status === "added" && by === snapshotId)
    .map(liveFile);
}

function snapshotOf(table: IcebergTable, snapshotId: number): Snapshot {
  const snapshot = table.snapshots.find(({ id }) => id === snapshotId);
  if (snapshot === undefined) throw new RangeError(`${table.prefix} has no snapshot ${snapshotId}`);
  return snapshot;
}

export async function readManifestList(
  warehouse: Warehouse,
  layout: Layout,
  snapshot: Snapshot,
): Promise<ManifestFile[]> {
  return decodeManifestList(warehouse, layout, await readObject(warehouse, snapshot.manifestList));
}

/** The entries of files that are live, with what they inherit from the list. */
export async function liveEntries(
  warehouse: Warehouse,
  layout: Layout,
  manifest: ManifestFile,
): Promise<ManifestEntry[]> {
  const entries = await decodeManifest(warehouse, layout, await readObject(warehouse, manifest.path));
  return entries
    .filter(({ status }) => status !== "deleted")
    .map((entry) => ({
      ...entry,
      sequenceNumber: entry.sequenceNumber ?? manifest.sequenceNumber,
      fileSequenceNumber: entry.fileSequenceNumber ?? manifest.sequenceNumber,
    }));
}

async function readObject({ store }: Warehouse, key: string): Promise<Uint8Array> {
  const object = await store.get(key);
  // Metadata files are immutable; only the expiry of the snapshot that names one removes it.
  if (object === null) throw new Error(`${key} is gone`);
  return object.bytes;
}

function liveFile({ file, snapshotId, sequenceNumber }: ManifestEntry): LiveFile {
  assert(sequenceNumber !== null, "an entry's sequence number is inherited where it is read");
  return { ...file, snapshotId, sequenceNumber };
}

interface Range {
  min?: Cell;
  max?: Cell;
}

/** What is asked of a partition value; null: nothing. */
type Demand = { isNull: true } | { isNull: false; range: Range } | null;

/** Both of a filter's parts, as one demand for each partition field. */
function partitionDemands(layout: Layout, { ranges = {}, partition = [] }: FileFilter): Demand[] {
  return layout.partition.map((field, index) => {
    const value = partition[index];
    if (value === null) return { isNull: true };
    if (value !== undefined) return { isNull: false, range: { min: value, max: value } };
    const range = ranges[field.sourceId];
    const projected =
      range === undefined ? null : projectRange(field.transform, sourceType(layout.fields, field), range);
    return projected === null ? null : { isNull: false, range: projected };
  });
}

function summaryMeets(summary: PartitionSummary | undefined, demand: Demand): boolean {
  if (summary === undefined || demand === null) return true;
  if (demand.isNull) return summary.containsNull;
  return summary.min !== undefined && overlaps(summary, demand.range);
}

function valueMeets(value: Cell, demand: Demand): boolean {
  if (demand === null) return true;
  if (demand.isNull || value === null) return demand.isNull && value === null;
  return overlaps({ min: value, max: value }, demand.range);
}

/** An end that is absent or null is open. */
function overlaps(has: Range, wanted: Range): boolean {
  const below = (a: Cell = null, b: Cell = null) => a !== null && b !== null && compareCells(a, b) < 0;
  return !below(has.max, wanted.min) && !below(wanted.max, has.min);
}

function statsMeet(file: LiveFile, { ranges = {} }: FileFilter): boolean {
  return Object.entries(ranges).every(([id, range]) => {
    const stats = file.stats[Number(id)];
    if (stats === undefined) return true;
    return stats.nullCount < file.rows && overlaps(stats, range);
  });
}
