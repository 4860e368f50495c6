import { HOUR_MS } from "../base/index.ts";
import { METADATA_FILES_MAX } from "./create.ts";
import { versionOf } from "./table.ts";
import type { IcebergTable } from "./types.ts";

/** What expiry may forget in one commit: tags whose time is over, and snapshots that neither age nor a tag keeps. */
export interface Expirable {
  tags: string[];
  snapshots: number[];
}

/** `keepMs` is the age up to which every snapshot stays; the current one always does. */
export function expirable(
  table: IcebergTable,
  { nowMs, keepMs }: { nowMs: number; keepMs: number },
): Expirable {
  const over = (untilMs: number | null) => untilMs !== null && untilMs < nowMs;
  const kept = new Set(
    table.tags.filter(({ untilMs }) => !over(untilMs)).map(({ snapshotId }) => snapshotId),
  );
  return {
    tags: table.tags.filter(({ untilMs }) => over(untilMs)).map(({ name }) => name),
    snapshots: table.snapshots
      .filter(({ id, atMs }) => atMs < nowMs - keepMs && id !== table.current?.id && !kept.has(id))
      .map(({ id }) => id),
  };
}

/** A metadata file younger than this stays: a committer may still build on a version that others have long passed. */
const METADATA_KEEP_MS = HOUR_MS;

/**
 * Keys of metadata files that nobody needs: all but the newest hundred versions, oldest first. They must go in this order, so
 * that no version is ever missing between two that exist: a committer on an old base could create it.
 */
export function deletableMetadata(
  table: IcebergTable,
  objects: readonly { key: string; uploadedMs: number }[],
  { nowMs }: { nowMs: number },
): string[] {
  return objects
    .flatMap(({ key, uploadedMs }) => {
      const version = versionOf(table.prefix, key);
      return version === null ? [] : [{ key, uploadedMs, version }];
    })
    .filter(
      ({ version, uploadedMs }) =>
        version <= table.version - METADATA_FILES_MAX && uploadedMs < nowMs - METADATA_KEEP_MS,
    )
    .sort((a, b) => a.version - b.version)
    .map(({ key }) => key);
}
