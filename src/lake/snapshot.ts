import type { IcebergTable, Snapshot } from "../iceberg/index.ts";
import { LakeError } from "./error.ts";
import type { AnyTable } from "./tables/table.ts";
import type { SnapshotChoice } from "./types.ts";

/**
 * The table property that a deletion sets, in ms: states of the table before that time held rows that were erased on
 * purpose, and their snapshots were forgotten with them.
 */
export const ERASED_UNTIL_PROPERTY = "lakeshore.erased-until-ms";

/**
 * The table property that names, after a deletion, the one state that it kept, and the snapshots up to which readers had read every
 * row by then: those go on from that state.
 */
export const READ_BEFORE_ERASURE_PROPERTY = "lakeshore.read-before-erasure";

export interface ReadBeforeErasure {
  snapshot: number;
  marks: number[];
}

/** The snapshot that a reader who has read up to `mark` goes on from. */
export function standingMark({ metadata }: IcebergTable, mark: number): number {
  const text = metadata.properties[READ_BEFORE_ERASURE_PROPERTY];
  const read = text === undefined ? null : (JSON.parse(text) as ReadBeforeErasure);
  return read?.marks.includes(mark) ? read.snapshot : mark;
}

/** The snapshot that is meant; null for a state without rows. Throws a `LakeError` that says why there is none. */
export function chooseSnapshot(
  { name }: AnyTable,
  table: IcebergTable | null,
  { snapshotId, asOfMs, tag }: SnapshotChoice,
): Snapshot | null {
  if (snapshotId !== undefined) return snapshotById(name, table, snapshotId);
  if (tag !== undefined) return snapshotByTag(name, table, tag);
  if (table === null) return null;
  return asOfMs === undefined ? table.current : snapshotAsOf(name, table, asOfMs);
}

function snapshotById(name: string, table: IcebergTable | null, snapshotId: number): Snapshot {
  const snapshot = table?.snapshots.find(({ id }) => id === snapshotId);
  if (snapshot !== undefined) return snapshot;
  const what = `snapshot ${snapshotId} of ${name}`;
  if (table === null || table.snapshots.length === 0) {
    throw new LakeError("unknown", `${what} is unknown: the table has no snapshots`);
  }
  // A snapshot that is gone left no trace of its own: what removed snapshots of this table is what can be told.
  if (erasedUntilMs(table) !== null) {
    throw new LakeError("erased", `${what} is gone: a deletion has rewritten the table`);
  }
  if (hasForgotten(table)) throw new LakeError("expired", `${what} has expired, or never was`);
  throw new LakeError("unknown", `${what} is unknown`);
}

function snapshotByTag(name: string, table: IcebergTable | null, tag: string): Snapshot {
  const tagged = table?.tags.find((candidate) => candidate.name === tag);
  if (table === null || tagged === undefined) {
    const what = `table ${name} has no tag ${tag}`;
    if (table !== null && erasedUntilMs(table) !== null) {
      throw new LakeError("erased", `${what}: a deletion has rewritten the table, unless it was never set`);
    }
    throw new LakeError("unknown", `${what}: it was never set, or its time is over`);
  }
  return snapshotById(name, table, tagged.snapshotId);
}

/** Where snapshots are missing around the moment, nobody can tell which was the newest then. */
function snapshotAsOf(name: string, table: IcebergTable, asOfMs: number): Snapshot | null {
  const { snapshots } = table;
  const index = snapshots.findLastIndex(({ atMs }) => atMs <= asOfMs);
  const found = snapshots[index] ?? null;
  const next = snapshots[index + 1];
  if (next === undefined || next.parentId === (found?.id ?? null)) return found;
  const what = `the state of ${name} at ${new Date(asOfMs).toISOString()}`;
  const erasedMs = erasedUntilMs(table);
  if (erasedMs !== null && asOfMs < erasedMs) {
    throw new LakeError("erased", `${what} is gone: a deletion has rewritten the table since`);
  }
  const since = new Date(next.atMs).toISOString();
  throw new LakeError("expired", `${what} has expired: the next snapshot kept is ${next.id}, of ${since}`);
}

function erasedUntilMs({ metadata }: IcebergTable): number | null {
  const text = metadata.properties[ERASED_UNTIL_PROPERTY];
  return text === undefined ? null : Number(text);
}

/** Whether any snapshot has been removed: each names its parent. */
function hasForgotten({ snapshots }: IcebergTable): boolean {
  const ids = new Set(snapshots.map(({ id }) => id));
  return snapshots.some(({ parentId }) => parentId !== null && !ids.has(parentId));
}
