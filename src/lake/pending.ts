import { listAll, type ObjectStore } from "../base/index.ts";
import type { DataFile } from "../iceberg/index.ts";
import { fileName } from "./data-file.ts";
import type { AnyTable } from "./tables/table.ts";

/** A data file that waits for its table's next commit, which can be made without reading the file. */
interface PendingEntry extends DataFile {
  v: 1;
  table: string;
}

const PREFIX = "lake/pending/";

/** Written once for each path, after the file. */
export async function writeEntry(
  store: ObjectStore,
  table: AnyTable,
  file: DataFile,
  nowMs: number,
): Promise<void> {
  const entry: PendingEntry = { v: 1, table: table.name, ...file };
  const key = `${prefixOf(table)}${minuteOf(nowMs)}/${fileName(file.path)}.json`;
  await store.put(key, new TextEncoder().encode(JSON.stringify(entry)));
}

/** Keys of a table's entries, oldest minute first. */
export async function listEntries(store: ObjectStore, table: AnyTable): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of listAll(store, prefixOf(table))) keys.push(key);
  return keys;
}

/** The name of the file that an entry is for. */
export function entryName(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1, -".json".length);
}

/** Names of the tables that have entries. */
export async function tablesPending(store: ObjectStore): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const { key } of listAll(store, PREFIX)) names.add(key.split("/")[2] ?? "");
  return names;
}

/** Null when another committer has deleted the entry meanwhile: its file is in the table. */
export async function readEntry(store: ObjectStore, key: string): Promise<DataFile | null> {
  const object = await store.get(key);
  if (object === null) return null;
  const { path, partition, rows, bytes, stats, rowGroupOffsets } = JSON.parse(
    new TextDecoder().decode(object.bytes),
  ) as PendingEntry;
  return {
    path,
    partition,
    rows,
    bytes,
    stats,
    ...(rowGroupOffsets === undefined ? {} : { rowGroupOffsets }),
  };
}

/** At most this many keys in one call of the store. */
const DELETE_MAX = 1_000;

export async function deleteEntries(store: ObjectStore, keys: readonly string[]): Promise<void> {
  for (let from = 0; from < keys.length; from += DELETE_MAX) {
    await store.delete(keys.slice(from, from + DELETE_MAX));
  }
}

/** Deletes the entries of files that are live and about to leave the table: nobody shall find them and add the files again. */
export async function forgetEntries(
  store: ObjectStore,
  table: AnyTable,
  paths: readonly string[],
): Promise<void> {
  if (paths.length === 0) return;
  const names = new Set(paths.map(fileName));
  const keys = await listEntries(store, table);
  await deleteEntries(
    store,
    keys.filter((key) => names.has(entryName(key))),
  );
}

function prefixOf(table: AnyTable): string {
  return `${PREFIX}${table.name}/`;
}

/** YYYY-MM-DDTHH-MM in UTC. */
function minuteOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 16).replace(":", "-");
}
