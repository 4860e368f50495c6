import { assert } from "../base/index.ts";
import {
  commitChange,
  createTable,
  type IcebergTable,
  loadTable,
  type Snapshot,
  type TableChange,
  type Warehouse,
} from "../iceberg/index.ts";
import { definitionOf, grownFields } from "./definition.ts";
import { LakeError, StaleBaseError } from "./error.ts";
import { forgetEntries } from "./pending.ts";
import { chooseSnapshot } from "./snapshot.ts";
import type { AnyTable } from "./tables/table.ts";
import type { Change } from "./types.ts";

/** Committers of pending entries come between once a minute and maintenance now and then: more is a fault. */
const ATTEMPTS_MAX = 10;

/**
 * Commits a change that was computed before, on the newest version of the table: each attempt loads it again, so a base is
 * seconds old. What others have added meanwhile does not matter, what they have removed does.
 */
export async function commit(
  warehouse: Warehouse,
  table: AnyTable,
  change: Change,
  { nowMs }: { nowMs: number },
): Promise<Snapshot> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const base =
      (await loadTable(warehouse, table.path)) ??
      (await createTable(warehouse, definitionOf(table), { nowMs }));
    if (change.base !== undefined && hasMoved(base, change.base)) {
      throw new StaleBaseError(`table ${table.name} has moved on from snapshot ${change.base}`);
    }
    // Their files are in the table, as the commit below insists: entries of them would bring them back.
    await forgetEntries(warehouse.store, table, change.removed ?? []);
    const result = await commitChange(warehouse, base, tableChange(base, table, change), { nowMs });
    if (result.ok) {
      assert(result.value.current !== null, `table ${table.name} has a snapshot after a commit`);
      return result.value.current;
    }
    if (result.error === "stale") {
      throw new StaleBaseError(`table ${table.name}: a file to be replaced is not in it any more`);
    }
  }
  throw new LakeError("contended", `table ${table.name}: others commit all the time`);
}

/** Whether rows came or went since: compaction in between leaves the same rows. */
function hasMoved({ current, snapshots }: IcebergTable, from: number | null): boolean {
  if ((current?.id ?? null) === from) return false;
  const index = snapshots.findIndex(({ id }) => id === from);
  if (index < 0 && from !== null) return true;
  return snapshots.slice(index + 1).some(({ operation }) => operation !== "replace");
}

function tableChange(base: IcebergTable, table: AnyTable, change: Change): TableChange {
  const { operation, added, removed = [], summary, tags, dropTags, expire, properties } = change;
  for (const { snapshotId } of tags ?? []) chooseSnapshot(table, base, { snapshotId });
  const evolve = grownFields(base, table);
  const movesRows = added.length > 0 || removed.length > 0 || summary !== undefined;
  return {
    ...(movesRows ? { snapshot: { operation, added, removed, summary: summary ?? {} } } : {}),
    ...(evolve === undefined ? {} : { evolve }),
    ...(tags === undefined ? {} : { tags }),
    ...(dropTags === undefined ? {} : { dropTags }),
    ...(expire === undefined ? {} : { expire }),
    ...(properties === undefined ? {} : { properties }),
  };
}
