import { assert, mapPooled } from "../../base/index.ts";
import { type AnyTable, type Lake, type LiveFile, type Snapshot, TABLES } from "../../lake/index.ts";
import type { LakeTable, TableSnapshot, TableSnapshots } from "./admin.ts";
import { TABLE_WORDS } from "./table-words.ts";

/** Each table takes a few reads one after the other; a Worker has six connections that may wait for an answer. */
const TABLES_AT_ONCE = 6;
/** A day at a commit a minute is far more than anybody reads. */
const SNAPSHOTS_MAX = 50;

/** Who asks, and whether the deployment has no other tenant: then every row of the lake is theirs. */
export interface Asking {
  tenant: string;
  isAlone: boolean;
}

/** Every declared table, from its metadata and manifests alone. */
export function readTables(lake: Pick<Lake, "load" | "files">, asking: Asking): Promise<LakeTable[]> {
  return mapPooled(TABLES, TABLES_AT_ONCE, (table) => readTable(lake, table, asking));
}

async function readTable(
  lake: Pick<Lake, "load" | "files">,
  table: AnyTable,
  asking: Asking,
): Promise<LakeTable> {
  const words = TABLE_WORDS[table.name];
  assert(words !== undefined, `table ${table.name} is told of in words`);
  const state = await lake.load(table);
  const current = state?.current ?? null;
  const written = state?.snapshots.findLast(({ operation }) => operation !== "replace");
  return {
    name: table.name,
    layer: table.name.slice(0, table.name.indexOf(".")),
    about: words.about,
    madeFrom: words.madeFrom,
    columns: state?.fields.length ?? table.columns.length,
    ...(current === null ? NOTHING : await sizesOf(lake, table, current, asking)),
    snapshot: current === null ? null : { id: current.id, atMs: current.atMs },
    writtenAtMs: written?.atMs ?? null,
  };
}

type Sizes = Pick<LakeTable, "rows" | "files" | "bytes" | "sharedFiles">;

const NOTHING: Sizes = { rows: 0, files: 0, bytes: 0, sharedFiles: 0 };

async function sizesOf(
  lake: Pick<Lake, "files">,
  table: AnyTable,
  { id, summary }: Snapshot,
  { tenant, isAlone }: Asking,
): Promise<Sizes> {
  if (isAlone) {
    return {
      ...{ rows: figure(summary, "total-records"), files: figure(summary, "total-data-files") },
      ...{ bytes: figure(summary, "total-files-size"), sharedFiles: 0 },
    };
  }
  const column = table.columns.find(({ name }) => name === "tenant");
  // What no column tells apart is all tenants'.
  if (column === undefined) return { ...NOTHING, sharedFiles: figure(summary, "total-data-files") };
  const files = await lake.files<Record<string, unknown>>(table, { tenant, snapshotId: id });
  return ownSizes(files, { columnId: column.id, tenant });
}

/** Bounds of a tenant's name are never shortened, so a file between the name and itself holds nobody else's rows. */
function ownSizes(files: readonly LiveFile[], { columnId, tenant }: { columnId: number; tenant: string }) {
  const sizes = { ...NOTHING };
  for (const { rows, bytes, stats } of files) {
    const { min, max } = stats[columnId] ?? {};
    if (min !== tenant || max !== tenant) sizes.sharedFiles++;
    else {
      sizes.rows += rows;
      sizes.files++;
      sizes.bytes += bytes;
    }
  }
  return sizes;
}

/** The newest snapshots of a table; null for a table that is not declared. */
export async function readSnapshots(
  lake: Pick<Lake, "load">,
  name: string,
  { isAlone }: Pick<Asking, "isAlone">,
): Promise<TableSnapshots | null> {
  const table = TABLES.find((declared) => declared.name === name);
  if (table === undefined) return null;
  const kept = (await lake.load(table))?.snapshots ?? [];
  const newest = kept.slice(-SNAPSHOTS_MAX).reverse();
  return { snapshots: newest.map((snapshot) => told(snapshot, isAlone)), kept: kept.length };
}

function told({ id, atMs, operation, summary }: Snapshot, isAlone: boolean): TableSnapshot {
  const counts = {
    addedRows: figure(summary, "added-records"),
    deletedRows: figure(summary, "deleted-records"),
    addedFiles: figure(summary, "added-data-files"),
    deletedFiles: figure(summary, "deleted-data-files"),
    rows: figure(summary, "total-records"),
  };
  return { id, atMs, operation, counts: isAlone ? counts : null };
}

/** Counts of zero are left out of a summary. */
function figure(summary: Snapshot["summary"], name: string): number {
  return Number(summary[name] ?? 0);
}
