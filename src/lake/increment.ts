import {
  addedFiles,
  dataFiles,
  type IcebergTable,
  type LiveFile,
  loadTable,
  type Snapshot,
  type Warehouse,
} from "../iceberg/index.ts";
import { isForgotten, LakeError } from "./error.ts";
import { chooseSnapshot, standingMark } from "./snapshot.ts";
import type { AnyTable } from "./tables/table.ts";
import type { Increment, Lake } from "./types.ts";

/**
 * What came after a snapshot, whole snapshots at a time: at least one, then until `rowsMax` would be passed. Snapshots that only
 * rewrote or removed rows bring nothing. From null on, everything: beginning with all that the oldest snapshot kept holds.
 * Rejects with a `LakeError` when `after` is forgotten: what came since cannot be told apart any more.
 */
export async function increment(
  warehouse: Warehouse,
  table: AnyTable,
  { after, rowsMax = Number.POSITIVE_INFINITY }: { after: number | null; rowsMax?: number },
): Promise<Increment | null> {
  const state = await loadTable(warehouse, table.path);
  if (state === null || state.current === null) return after === null ? null : missing(table, state, after);
  const steps = stepsAfter(table, state, after);
  const files: LiveFile[] = [];
  let until: number | null = null;
  let rows = 0;
  for (const [index, { snapshot, everything }] of steps.entries()) {
    const found = everything
      ? await dataFiles(warehouse, state, snapshot.id)
      : await addedFiles(warehouse, state, snapshot.id);
    const more = found.reduce((sum, file) => sum + file.rows, 0);
    if (until !== null && rows + more > rowsMax) return { files, until, complete: false };
    for (const file of found) files.push(file);
    rows += more;
    until = snapshot.id;
    if (index === steps.length - 1) return { files, until, complete: true };
  }
  return null;
}

/**
 * What came after the mark; everything, from null on, where expiry or an erasure has taken the mark: for readers to whom rows that they
 * have had before are no harm. Everything is one step, whatever `rowsMax` says, since no snapshot stands for a part of it: such a
 * reader may hold in memory neither the rows nor what grows with them.
 */
export async function incrementOrAll(
  lake: Pick<Lake, "increment">,
  table: AnyTable,
  { after, rowsMax }: { after: number | null; rowsMax: number },
): Promise<{ increment: Increment | null; restarted: boolean }> {
  try {
    return { increment: await lake.increment(table, { after, rowsMax }), restarted: false };
  } catch (cause) {
    if (!isForgotten(cause)) throw cause;
    return { increment: await lake.increment(table, { after: null, rowsMax }), restarted: true };
  }
}

interface Step {
  snapshot: Snapshot;
  /** All of the snapshot's files, in place of those that it added: its forerunners are forgotten. */
  everything: boolean;
}

function stepsAfter(table: AnyTable, state: IcebergTable, mark: number | null): Step[] {
  const after = mark === null ? null : standingMark(state, mark);
  const snapshots = unbroken(state.snapshots);
  const from = after === null ? -1 : snapshots.findIndex(({ id }) => id === after);
  // Nothing is lost when only the watermark itself was forgotten.
  if (after !== null && from < 0 && snapshots[0]?.parentId !== after) missing(table, state, after);
  return snapshots
    .slice(from + 1)
    .map((snapshot, index) => ({ snapshot, everything: after === null && index === 0 }))
    .filter(
      ({ snapshot, everything }) =>
        everything || snapshot.operation === "append" || snapshot.operation === "overwrite",
    );
}

/** The newest snapshots, as far back as each one's parent is kept: a tag may keep one that is far behind the others. */
function unbroken(snapshots: readonly Snapshot[]): readonly Snapshot[] {
  const gap = snapshots.findLastIndex(
    ({ parentId }, index) => index > 0 && parentId !== snapshots[index - 1]?.id,
  );
  return snapshots.slice(Math.max(gap, 0));
}

function missing(table: AnyTable, state: IcebergTable | null, after: number): never {
  chooseSnapshot(table, state, { snapshotId: after });
  throw new LakeError("expired", `what came after snapshot ${after} of ${table.name} has expired`);
}
