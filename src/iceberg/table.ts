import { keyOf, layoutOf } from "./layout.ts";
import type { SnapshotJson, TableMetadata } from "./metadata-json.ts";
import type { IcebergTable, Operation, Snapshot, Tag, Warehouse } from "./types.ts";

/** The one branch. */
export const MAIN = "main";

/** A version of a table's metadata, in our terms. */
export function tableOf(
  warehouse: Warehouse,
  { prefix, version, loadedMs }: { prefix: string; version: number; loadedMs: number | null },
  metadata: TableMetadata,
): IcebergTable {
  const { fields, partition } = layoutOf(metadata);
  const snapshots = metadata.snapshots.map((snapshot) => snapshotOf(warehouse, metadata, snapshot));
  return {
    prefix,
    version,
    loadedMs,
    metadata,
    fields,
    partition,
    current: snapshots.find(({ id }) => id === metadata["current-snapshot-id"]) ?? null,
    snapshots,
    tags: tagsOf(metadata, snapshots),
  };
}

function snapshotOf(warehouse: Warehouse, metadata: TableMetadata, json: SnapshotJson): Snapshot {
  const { operation, ...summary } = json.summary;
  return {
    id: json["snapshot-id"],
    parentId: json["parent-snapshot-id"] ?? null,
    sequenceNumber: json["sequence-number"],
    atMs: json["timestamp-ms"],
    operation: operation as Operation,
    summary,
    manifestList: keyOf(warehouse, json["manifest-list"]),
    schemaId: json["schema-id"] ?? metadata["current-schema-id"],
  };
}

function tagsOf(metadata: TableMetadata, snapshots: readonly Snapshot[]): Tag[] {
  return Object.entries(metadata.refs).flatMap(([name, ref]) => {
    if (ref.type !== "tag") return [];
    const snapshot = snapshots.find(({ id }) => id === ref["snapshot-id"]);
    const ageMs = ref["max-ref-age-ms"];
    const untilMs = snapshot === undefined || ageMs === undefined ? null : snapshot.atMs + ageMs;
    return [{ name, snapshotId: ref["snapshot-id"], untilMs }];
  });
}

export function metadataKey(prefix: string, version: number): string {
  return `${prefix}/metadata/v${version}.metadata.json`;
}

/** Version of a metadata file; null for another key. */
export function versionOf(prefix: string, key: string): number | null {
  if (!key.startsWith(`${prefix}/metadata/`)) return null;
  const digits = /^v([1-9]\d*)\.metadata\.json$/.exec(key.slice(`${prefix}/metadata/`.length))?.[1];
  return digits === undefined ? null : Number(digits);
}

export function hintKey(prefix: string): string {
  return `${prefix}/metadata/version-hint.text`;
}
