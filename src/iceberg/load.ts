import { listAll } from "../base/index.ts";
import { readHint } from "./hint.ts";
import type { TableMetadata } from "./metadata-json.ts";
import { metadataKey, tableOf, versionOf } from "./table.ts";
import type { IcebergTable, Warehouse } from "./types.ts";

/** Versions tried one by one behind the hint before the folder is listed: a listing costs as much as a dozen heads. */
const PROBES_MAX = 12;

/**
 * The newest version of a table; null when there is none. The hint only tells where to begin: it may be missing, old, wrong or
 * ahead of the truth.
 */
export async function loadTable(warehouse: Warehouse, prefix: string): Promise<IcebergTable | null> {
  const loadedMs = warehouse.clock?.() ?? null;
  const hinted = (await readHint(warehouse, prefix))?.version ?? null;
  if (hinted !== null) {
    const newest = await probeForward(warehouse, prefix, hinted);
    const table =
      newest === null ? null : await readVersion(warehouse, { prefix, version: newest, loadedMs });
    if (table !== null) return table;
  }
  const listed = await listNewest(warehouse, prefix);
  return listed === null ? null : readVersion(warehouse, { prefix, version: listed, loadedMs });
}

/** One version of a table; null when its file is not there. Throws for metadata that is not of format version 2. */
async function readVersion(
  warehouse: Warehouse,
  place: { prefix: string; version: number; loadedMs: number | null },
): Promise<IcebergTable | null> {
  const key = metadataKey(place.prefix, place.version);
  const object = await warehouse.store.get(key);
  if (object === null) return null;
  const metadata = JSON.parse(new TextDecoder().decode(object.bytes)) as TableMetadata;
  if (metadata["format-version"] !== 2) throw new TypeError(`${key} is not of format version 2`);
  return tableOf(warehouse, place, metadata);
}

/** Last of the versions that follow each other from `version` on; null when they are too many to try. */
async function probeForward({ store }: Warehouse, prefix: string, version: number): Promise<number | null> {
  for (let newest = version; newest < version + PROBES_MAX; newest++) {
    if ((await store.etag(metadataKey(prefix, newest + 1))) === null) return newest;
  }
  return null;
}

async function listNewest({ store }: Warehouse, prefix: string): Promise<number | null> {
  let newest: number | null = null;
  for await (const { key } of listAll(store, `${prefix}/metadata/v`)) {
    const version = versionOf(prefix, key);
    if (version !== null && (newest === null || version > newest)) newest = version;
  }
  return newest;
}
