import { mapPooled, sha256Hex } from "../base/index.ts";
import { compareCells } from "./cells.ts";
import type { Layout } from "./layout.ts";
import { encodeManifest, type ManifestEntry } from "./manifest.ts";
import { describeManifest, encodeManifestList, type ManifestFile } from "./manifest-list.ts";
import { liveEntries, READS_AT_ONCE } from "./plan.ts";
import type { Cell, DataFile, Snapshot, SnapshotChange, Warehouse } from "./types.ts";

/** Files of one manifest: with statistics of some 35 columns, about 1.5 MB to decode. */
const MANIFEST_FILES_MAX = 1_000;
/** Small manifests that a snapshot may have: a plan that must read them all then takes well under a second. */
const SMALL_MANIFESTS_MAX = 60;

type NewSnapshot = Pick<Snapshot, "id" | "parentId" | "sequenceNumber">;

interface Rewritten {
  /** Taken over as they are. */
  kept: ManifestFile[];
  /** Of the manifests that are written anew. */
  entries: ManifestEntry[];
  removed: DataFile[];
}

/**
 * Writes the manifests and the list of a new snapshot on top of the base's. Added files get manifests of their own, and the
 * base's are taken over (a fast append), but for those that hold a removed file, and small ones once they are many.
 * Null: a removed file is not live in the base. Names come from the bytes: whoever writes the same, writes the same object.
 */
export async function writeManifests(
  warehouse: Warehouse,
  prefix: string,
  layout: Layout,
  base: readonly ManifestFile[],
  change: SnapshotChange,
  snapshot: NewSnapshot,
): Promise<{ manifestList: string; removed: DataFile[] } | null> {
  const rewritten = await rewrite(warehouse, layout, base, new Set(change.removed), snapshot.id);
  if (rewritten === null) return null;
  const added = change.added.map(
    (file): ManifestEntry => ({
      status: "added",
      snapshotId: snapshot.id,
      sequenceNumber: null,
      fileSequenceNumber: null,
      file,
    }),
  );
  const written: ManifestFile[] = [];
  for (const entries of [...chunks(added), ...chunks(rewritten.entries)]) {
    const bytes = await encodeManifest(warehouse, layout, entries);
    const path = `${prefix}/metadata/${(await sha256Hex(bytes)).slice(0, 32)}-m.avro`;
    await warehouse.store.put(path, bytes);
    written.push(describeManifest(path, bytes.byteLength, entries, layout, snapshot));
  }
  const list = await encodeManifestList(warehouse, layout, snapshot, [...written, ...rewritten.kept]);
  const manifestList = `${prefix}/metadata/snap-${snapshot.id}-${(await sha256Hex(list)).slice(0, 32)}.avro`;
  await warehouse.store.put(manifestList, list);
  return { manifestList, removed: rewritten.removed };
}

async function rewrite(
  warehouse: Warehouse,
  layout: Layout,
  base: readonly ManifestFile[],
  removedPaths: ReadonlySet<string>,
  snapshotId: number,
): Promise<Rewritten | null> {
  const live = base.filter(({ added, existing }) => added.files + existing.files > 0);
  const { touched, untouched } = await findManifests(warehouse, layout, live, removedPaths);
  const small = untouched.filter(({ added, existing }) => added.files + existing.files < MANIFEST_FILES_MAX);
  const merged = small.length > SMALL_MANIFESTS_MAX ? new Set(small) : new Set<ManifestFile>();
  const mergedEntries = await mapPooled([...merged], READS_AT_ONCE, (manifest) =>
    liveEntries(warehouse, layout, manifest),
  );
  const removed: DataFile[] = [];
  const entries = [...touched, ...mergedEntries].flat().map((entry): ManifestEntry => {
    if (!removedPaths.has(entry.file.path)) return { ...entry, status: "existing" };
    removed.push(entry.file);
    // Bounds are values of rows, which may be gone on purpose; of a file that is no more nobody asks for them.
    return { ...entry, file: { ...entry.file, stats: {} }, status: "deleted", snapshotId };
  });
  if (removed.length < removedPaths.size) return null;
  return { kept: untouched.filter((manifest) => !merged.has(manifest)), entries, removed };
}

/** Reads manifests, newest first, until every removed file is found. */
async function findManifests(
  warehouse: Warehouse,
  layout: Layout,
  manifests: readonly ManifestFile[],
  removedPaths: ReadonlySet<string>,
): Promise<{ touched: ManifestEntry[][]; untouched: ManifestFile[] }> {
  const touched: ManifestEntry[][] = [];
  const untouched: ManifestFile[] = [];
  let left = removedPaths.size;
  for (let i = 0; i < manifests.length; i += READS_AT_ONCE) {
    const group = manifests.slice(i, i + READS_AT_ONCE);
    if (left === 0) {
      untouched.push(...group);
      continue;
    }
    const read = await mapPooled(group, READS_AT_ONCE, (manifest) =>
      liveEntries(warehouse, layout, manifest),
    );
    for (const [index, entries] of read.entries()) {
      const hits = entries.filter(({ file }) => removedPaths.has(file.path)).length;
      left -= hits;
      if (hits > 0) touched.push(entries);
      else untouched.push(group[index] as ManifestFile);
    }
  }
  return { touched, untouched };
}

/** In order of partition, so that each manifest spans few of them and a plan can leave the others unread. */
function chunks(entries: readonly ManifestEntry[]): ManifestEntry[][] {
  const sorted = entries.toSorted(
    (a, b) => comparePartitions(a.file.partition, b.file.partition) || compareCells(a.file.path, b.file.path),
  );
  const groups: ManifestEntry[][] = [];
  for (let i = 0; i < sorted.length; i += MANIFEST_FILES_MAX) {
    groups.push(sorted.slice(i, i + MANIFEST_FILES_MAX));
  }
  return groups;
}

function comparePartitions(a: readonly Cell[], b: readonly Cell[]): number {
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? null;
    if (value === other) continue;
    if (value === null || other === null) return value === null ? -1 : 1;
    const order = compareCells(value, other);
    if (order !== 0) return order;
  }
  return 0;
}
