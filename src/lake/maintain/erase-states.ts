import { type IcebergTable, loadTable, type Snapshot, type Warehouse } from "../../iceberg/index.ts";
import { commit } from "../commit.ts";
import { StaleBaseError } from "../error.ts";
import {
  ERASED_UNTIL_PROPERTY,
  READ_BEFORE_ERASURE_PROPERTY,
  type ReadBeforeErasure,
  standingMark,
} from "../snapshot.ts";
import type { AnyTable } from "../tables/table.ts";
import { ERASURE_KEY, type Erasure } from "./erasure.ts";
import { expire, lastWords } from "./expire.ts";
import { type MaintenanceUnit, unitOf } from "./unit.ts";

/**
 * Forgets every state but the newest, with the tags and with what only those states reach. The one that stays takes over how
 * far the table's own job has read its inputs, which only older snapshots may tell; and readers of the table, whose `marks` are
 * given, go on from it, if they have read all that came before. Null when it was done before.
 */
export async function forgetOlderStates(
  warehouse: Warehouse,
  table: AnyTable,
  { id, requestedMs }: Erasure,
  { marks, nowMs }: { marks: ReadonlySet<number>; nowMs: number },
): Promise<MaintenanceUnit | "waits for readers" | null> {
  const before = await loadTable(warehouse, table.path);
  if (before === null || before.current === null || erasedUntilMs(before) >= requestedMs) return null;
  // A reader without anything new since an earlier erasure still tells the mark from before that.
  const standing = new Set([...marks].map((mark) => standingMark(before, mark)));
  if (!haveReadAll(before.snapshots, standing)) return "waits for readers";
  const summary = { ...lastWords(before.snapshots), [ERASURE_KEY]: id };
  const base = before.current.id;
  try {
    // Insists on the base: rows that came since would be lost to the readers.
    await commit(warehouse, table, { operation: "delete", added: [], summary, base }, { nowMs });
  } catch (error) {
    if (!(error instanceof StaleBaseError)) throw error;
    return unitOf("erase", table, { outcome: "overtaken" });
  }
  const state = await loadTable(warehouse, table.path);
  if (state?.current?.summary[ERASURE_KEY] !== id) return unitOf("erase", table, { outcome: "overtaken" });
  const read: ReadBeforeErasure = {
    snapshot: state.current.id,
    marks: [...new Set([...marks, ...standing])],
  };
  const properties = {
    [ERASED_UNTIL_PROPERTY]: String(Math.max(requestedMs, state.current.atMs)),
    [READ_BEFORE_ERASURE_PROPERTY]: JSON.stringify(read),
  };
  const snapshots = state.snapshots.slice(0, -1).map((snapshot) => snapshot.id);
  const tags = state.tags.map(({ name }) => name);
  return expire(warehouse, table, state, { tags, snapshots }, { nowMs, properties });
}

/** Whether nothing came after any of the marks. One whose snapshot has expired has lost its place anyway. */
function haveReadAll(snapshots: readonly Snapshot[], marks: ReadonlySet<number>): boolean {
  const oldest = snapshots.findIndex(({ id }) => marks.has(id));
  if (oldest < 0) return true;
  return !snapshots
    .slice(oldest + 1)
    .some(({ operation }) => operation === "append" || operation === "overwrite");
}

function erasedUntilMs({ metadata }: IcebergTable): number {
  return Number(metadata.properties[ERASED_UNTIL_PROPERTY] ?? Number.NEGATIVE_INFINITY);
}
