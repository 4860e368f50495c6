import { mapPooled } from "../base/index.ts";
import { type Layout, layoutOf } from "./layout.ts";
import type { ManifestFile } from "./manifest-list.ts";
import { liveEntries, READS_AT_ONCE, readManifestList } from "./plan.ts";
import type { IcebergTable, Snapshot, Warehouse } from "./types.ts";

/**
 * Keys of the objects that no snapshot reaches once the given ones are forgotten: their lists, and manifests and data files that
 * only they have. To be asked before they are, to be deleted after.
 *
 * History is one line, and what a snapshot has lost never comes back: whatever lives, lives in snapshots that follow each other. So
 * what the neighbours of a forgotten stretch do not have, nobody has, and only these are read.
 */
export async function reachedOnlyBy(
  warehouse: Warehouse,
  table: IcebergTable,
  expired: ReadonlySet<number>,
): Promise<{ metadata: string[]; data: string[] }> {
  const layout = layoutOf(table.metadata);
  const metadata: string[] = [];
  const data: string[] = [];
  for (const stretch of stretchesOf(table.snapshots, expired)) {
    const found = await reachedOnlyByStretch(warehouse, layout, stretch);
    for (const key of found.metadata) metadata.push(key);
    for (const key of found.data) data.push(key);
  }
  return { metadata, data };
}

/** Snapshots to forget that follow each other, and the ones that stay right before and after. */
interface Stretch {
  before: Snapshot | undefined;
  expired: Snapshot[];
  after: Snapshot | undefined;
}

function stretchesOf(snapshots: readonly Snapshot[], expired: ReadonlySet<number>): Stretch[] {
  const stretches: Stretch[] = [];
  let open: Stretch | null = null;
  let before: Snapshot | undefined;
  for (const snapshot of snapshots.toSorted((a, b) => a.sequenceNumber - b.sequenceNumber)) {
    if (expired.has(snapshot.id)) {
      if (open === null) {
        open = { before, expired: [], after: undefined };
        stretches.push(open);
      }
      open.expired.push(snapshot);
    } else {
      if (open !== null) open.after = snapshot;
      open = null;
      before = snapshot;
    }
  }
  return stretches;
}

async function reachedOnlyByStretch(
  warehouse: Warehouse,
  layout: Layout,
  { before, expired, after }: Stretch,
): Promise<{ metadata: string[]; data: string[] }> {
  const listOf = async (snapshot: Snapshot | undefined) =>
    snapshot === undefined ? [] : readManifestList(warehouse, layout, snapshot);
  const lists = await mapPooled(expired, READS_AT_ONCE, listOf);
  const neighbours = { before: await listOf(before), after: await listOf(after) };
  const kept = new Set([...neighbours.before, ...neighbours.after].map(({ path }) => path));
  const gone = distinct(lists.flat()).filter(({ path }) => !kept.has(path));
  const candidates = await livePaths(warehouse, layout, gone);
  // A manifest that a neighbour shares with the whole stretch holds none of the candidates, which stand in others there.
  const live = await livePaths(warehouse, layout, [
    ...without(neighbours.before, lists.at(-1) ?? []),
    ...without(neighbours.after, lists[0] ?? []),
  ]);
  return {
    metadata: [...expired.map(({ manifestList }) => manifestList), ...gone.map(({ path }) => path)],
    data: [...candidates].filter((path) => !live.has(path)),
  };
}

function distinct(manifests: readonly ManifestFile[]): ManifestFile[] {
  return [...new Map(manifests.map((manifest) => [manifest.path, manifest])).values()];
}

function without(manifests: readonly ManifestFile[], others: readonly ManifestFile[]): ManifestFile[] {
  const paths = new Set(others.map(({ path }) => path));
  return manifests.filter(({ path }) => !paths.has(path));
}

async function livePaths(
  warehouse: Warehouse,
  layout: Layout,
  manifests: readonly ManifestFile[],
): Promise<Set<string>> {
  const filled = manifests.filter(({ added, existing }) => added.files + existing.files > 0);
  const entries = await mapPooled(filled, READS_AT_ONCE, (manifest) =>
    liveEntries(warehouse, layout, manifest),
  );
  return new Set(entries.flat().map(({ file }) => file.path));
}

/** Keys of everything that any snapshot reaches: lists, manifests, data files. Reads all of the table's manifests. */
export async function reachable(warehouse: Warehouse, table: IcebergTable): Promise<Set<string>> {
  const layout = layoutOf(table.metadata);
  const lists = await mapPooled(table.snapshots, READS_AT_ONCE, (snapshot) =>
    readManifestList(warehouse, layout, snapshot),
  );
  const manifests = distinct(lists.flat());
  return new Set([
    ...table.snapshots.map(({ manifestList }) => manifestList),
    ...manifests.map(({ path }) => path),
    ...(await livePaths(warehouse, layout, manifests)),
  ]);
}
