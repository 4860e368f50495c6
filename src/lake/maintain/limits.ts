import { DAY_MS, HOUR_MS } from "../../base/index.ts";
import { TARGET_FILE_BYTES } from "../writer.ts";

/**
 * Age up to which every snapshot can be read again: a day of time travel at one commit a minute makes table metadata of about
 * 1 MB. What must be kept longer is tagged.
 */
export const SNAPSHOT_KEEP_MS = DAY_MS;
/** How long expiry waits for a layer that has not yet read a snapshot. Then that layer is made anew from the whole table. */
export const UNREAD_KEEP_MS = 7 * DAY_MS;
/** Snapshots forgotten in one commit: as many lists are read. */
export const EXPIRE_SNAPSHOTS_MAX = 100;

/** Files below half of the target are worth merging: a merge of two is at most one of full size. */
export const SMALL_FILE_BYTES = TARGET_FILE_BYTES / 2;
/**
 * In a partition that still grows only files below this are merged, and eight at least: so a row is written again a few times on its
 * first day, not with every run. A closed partition's files are then merged up to the target.
 */
export const GROWING_FILE_BYTES = 1_000_000;
export const GROWING_FILES_MIN = 8;
/** A day's partition grows until late events have come: some minutes in the Queue, an hour where it was held up. */
export const GROWING_AFTER_DAY_MS = HOUR_MS;
/** Files merged at once: each costs a call and holds one row group. */
export const MERGED_FILES_MAX = 128;
/** Rows of the row groups that a merge holds: at some 300 B a decoded event, 8 MB, which the heap may grow fourfold around. */
export const MERGED_ROWS_OPEN_MAX = 25_000;

/**
 * Age from which an object that nothing names is an orphan. A Queue keeps a message 14 days, and its dead letters another 14:
 * whatever a delivery wrote before it failed is not missed by then. Two days more for clocks and for readers under way.
 */
export const ORPHAN_GRACE_MS = 30 * DAY_MS;
/** Each table is listed for orphans once in this time. */
export const SWEEP_EVERY_MS = DAY_MS;

/** Files that one commit of retention or of an erasure drops: a manifest's worth. */
export const DROPPED_FILES_MAX = 1_000;
/** The store takes so many keys in one call. */
const DELETE_KEYS_MAX = 1_000;

/** Deletes in the order given, some keys at a time. */
export async function deleteAll(
  store: { delete(keys: readonly string[]): Promise<void> },
  keys: readonly string[],
): Promise<void> {
  for (let from = 0; from < keys.length; from += DELETE_KEYS_MAX) {
    await store.delete(keys.slice(from, from + DELETE_KEYS_MAX));
  }
}
