import { assert, err, ok, type Result, sha256Hex } from "../base/index.ts";
import { METADATA_FILES_MAX } from "./create.ts";
import { layoutOf, uriOf } from "./layout.ts";
import { writeManifests } from "./manifests.ts";
import { withFields, withSnapshot, withUpkeep } from "./metadata-change.ts";
import type { SnapshotJson, TableMetadata } from "./metadata-json.ts";
import { readManifestList } from "./plan.ts";
import { publishVersion } from "./publish.ts";
import { snapshotSummary } from "./snapshot-summary.ts";
import { metadataKey } from "./table.ts";
import type { CommitFailure, IcebergTable, SnapshotChange, TableChange, Warehouse } from "./types.ts";

/**
 * One attempt to make the next version of a table: writes manifests and their list, then the metadata file, whose creation is
 * the commit point. A crash before it leaves objects that nothing names; whoever fails with `conflict` loads and tries again,
 * as does whoever loaded the base more than five minutes before.
 * A change that changes nothing is not committed.
 */
export async function commitChange(
  warehouse: Warehouse,
  table: IcebergTable,
  change: TableChange,
  { nowMs }: { nowMs: number },
): Promise<Result<IcebergTable, CommitFailure>> {
  const base = table.metadata;
  // Versions follow each other in time, whatever the clocks of their writers say.
  const atMs = Math.max(nowMs, base["last-updated-ms"]);
  let next = change.evolve === undefined ? base : withFields(base, change.evolve);
  if (change.snapshot !== undefined) {
    const snapshot = await writeSnapshot(warehouse, table, next, change.snapshot, atMs);
    if (snapshot === null) return err("stale");
    next = withSnapshot(next, snapshot);
  }
  next = withUpkeep(next, change, atMs);
  if (next === base) return ok(table);
  const published = await publishVersion(
    warehouse,
    { prefix: table.prefix, base: table },
    {
      ...next,
      "last-updated-ms": atMs,
      "metadata-log": [
        ...base["metadata-log"],
        {
          "timestamp-ms": base["last-updated-ms"],
          "metadata-file": uriOf(warehouse, metadataKey(table.prefix, table.version)),
        },
      ].slice(-METADATA_FILES_MAX),
    },
  );
  return published === null ? err("conflict") : ok(published);
}

async function writeSnapshot(
  warehouse: Warehouse,
  table: IcebergTable,
  metadata: TableMetadata,
  change: SnapshotChange,
  atMs: number,
): Promise<SnapshotJson | null> {
  const parent = table.current;
  const layout = layoutOf(metadata);
  const id = await snapshotId(table, change, atMs);
  const sequenceNumber = metadata["last-sequence-number"] + 1;
  const base = parent === null ? [] : await readManifestList(warehouse, layout, parent);
  const written = await writeManifests(warehouse, table.prefix, layout, base, change, {
    id,
    parentId: parent?.id ?? null,
    sequenceNumber,
  });
  if (written === null) return null;
  return {
    "snapshot-id": id,
    ...(parent === null ? {} : { "parent-snapshot-id": parent.id }),
    "sequence-number": sequenceNumber,
    "timestamp-ms": atMs,
    "manifest-list": uriOf(warehouse, written.manifestList),
    summary: {
      operation: change.operation,
      ...snapshotSummary(change, written.removed, parent?.summary ?? {}),
    },
    "schema-id": metadata["current-schema-id"],
  };
}

/** From what the snapshot is: a run can be replayed, and racing commits of different changes never share an id. Below 2^52. */
async function snapshotId(table: IcebergTable, change: SnapshotChange, atMs: number): Promise<number> {
  const { operation, added, removed, summary } = change;
  const text = JSON.stringify([
    table.metadata["table-uuid"],
    table.version,
    atMs,
    operation,
    added.map(({ path }) => path),
    removed,
    summary,
  ]);
  const id = Number.parseInt((await sha256Hex(text)).slice(0, 13), 16);
  assert(id > 0 && table.snapshots.every((snapshot) => snapshot.id !== id), "a new snapshot's id is its own");
  return id;
}
