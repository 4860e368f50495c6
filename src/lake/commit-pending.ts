import { assert, MINUTE_MS, mapPooled } from "../base/index.ts";
import {
  addedFiles,
  commitChange,
  createTable,
  type DataFile,
  dataFiles,
  type IcebergTable,
  loadTable,
  type Snapshot,
  type Warehouse,
} from "../iceberg/index.ts";
import { fileName } from "./data-file.ts";
import { definitionOf, grownFields } from "./definition.ts";
import { LakeError } from "./error.ts";
import { deleteEntries, entryName, listEntries, readEntry } from "./pending.ts";
import type { AnyTable } from "./tables/table.ts";
import type { Committed } from "./types.ts";

/** Entries of one commit: about 2 MB of JSON, half the calls of one invocation. What is left waits a minute. */
const ENTRIES_MAX = 500;
/** Every attempt that fails means that another's has succeeded: of ten at once the last needs ten. */
const ATTEMPTS_MAX = 20;
/** A Worker has six connections that may wait for an answer, the rest queue up behind them. */
const READS_AT_ONCE = 6;
/** Marks snapshots whose files came from pending entries. */
const SOURCE = { "lakeshore.source": "pending" } as const;

/**
 * Brings a table's pending files into it: one append snapshot, at most one in each minute of the clock unless `force`.
 *
 * Each file gets in exactly once. An entry is written once for each path, and deleted only once the file was seen in a commit, so
 * none is lost. None is added twice: the base is loaded before the entries are listed, and a commit from a base that is no longer the
 * newest fails, so what was committed before is known when entries are chosen; and whoever commits deletes first all entries
 * whose files the last such commit has, so there are never any of the commits before that one.
 */
export async function commitPending(
  warehouse: Warehouse,
  table: AnyTable,
  { nowMs, force = false }: { nowMs: number; force?: boolean },
): Promise<Committed | null> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const base = await loadTable(warehouse, table.path);
    if (!force && hasMinute(base, nowMs)) return null;
    const keys = await listEntries(warehouse.store, table);
    if (keys.length === 0) return null;
    if (base === null) {
      // The entries are listed again, after the base.
      await createTable(warehouse, definitionOf(table), { nowMs });
      continue;
    }
    const committed = await attemptCommit(warehouse, table, base, keys, nowMs);
    if (committed !== "conflict") return committed;
  }
  throw new LakeError("contended", `table ${table.name}: others commit all the time, its entries wait`);
}

function hasMinute(base: IcebergTable | null, nowMs: number): boolean {
  const last = base === null ? undefined : lastCommit(base);
  return last !== undefined && Math.floor(last.atMs / MINUTE_MS) >= Math.floor(nowMs / MINUTE_MS);
}

function lastCommit({ snapshots }: IcebergTable): Snapshot | undefined {
  return snapshots.findLast(({ summary }) => summary["lakeshore.source"] === SOURCE["lakeshore.source"]);
}

async function attemptCommit(
  warehouse: Warehouse,
  table: AnyTable,
  base: IcebergTable,
  keys: readonly string[],
  nowMs: number,
): Promise<Committed | null | "conflict"> {
  const { store } = warehouse;
  const known = await committedNames(warehouse, base);
  // Left by a committer that crashed between its commit and the deletion.
  const { left = [], waiting = [] } = Object.groupBy(keys, (key) =>
    known.has(entryName(key)) ? "left" : "waiting",
  );
  await deleteEntries(store, left);
  const chosen = waiting.slice(0, ENTRIES_MAX);
  const read = await mapPooled(chosen, READS_AT_ONCE, (key) => readEntry(store, key));
  // An entry that is gone by now was committed by another, and our own commit will fail.
  const added = read.filter((file) => file !== null).map((file) => withKnownStats(table, file));
  if (added.length === 0) return null;
  const evolve = grownFields(base, table);
  // The commit point of these files is the creation of the next metadata file, inside.
  const result = await commitChange(
    warehouse,
    base,
    {
      snapshot: { operation: "append", added, removed: [], summary: SOURCE },
      ...(evolve === undefined ? {} : { evolve }),
    },
    { nowMs },
  );
  if (!result.ok) return "conflict";
  // A crash before or within this leaves entries of committed files, which the next committer deletes.
  await deleteEntries(store, chosen);
  const { current } = result.value;
  assert(current !== null, "a table has a snapshot after a commit of files");
  return {
    snapshotId: current.id,
    files: added.length,
    rows: added.reduce((sum, { rows }) => sum + rows, 0),
  };
}

/** Names of files that entries may still name although they were committed: the last such commit's. */
async function committedNames(warehouse: Warehouse, base: IcebergTable): Promise<Set<string>> {
  if (base.current === null) return new Set();
  const last = lastCommit(base);
  const files =
    last === undefined
      ? await dataFiles(warehouse, base, base.current.id)
      : await addedFiles(warehouse, base, last.id);
  return new Set(files.map(({ path }) => fileName(path)));
}

/** Without bounds of columns that this version of us does not know: the writer was newer, and evolves the table when it commits. */
function withKnownStats({ columns }: AnyTable, file: DataFile): DataFile {
  const ids = new Set(columns.map(({ id }) => String(id)));
  return { ...file, stats: Object.fromEntries(Object.entries(file.stats).filter(([id]) => ids.has(id))) };
}
