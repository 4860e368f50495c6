import { listAll } from "../base/index.ts";
import type { TableMetadata } from "./metadata-json.ts";
import { hintKey, metadataKey, tableOf, versionOf } from "./table.ts";
import type { IcebergTable, Warehouse } from "./types.ts";

/** Versions tried one by one behind the hint before the folder is listed: a listing costs as much as a dozen heads. */
const PROBES_MAX = 12;

/**
 * The newest version of a table; null when there is none. The hint only tells where to begin: it may be missing, old, wrong or
 * ahead of the truth.
 */
export async function loadTable(warehouse: Warehouse, prefix: string): Promise<IcebergTable | null> {
  const hinted = await readHint(warehouse, prefix);
  if (hinted !== null) {
    const newest = await probeForward(warehouse, prefix, hinted);
    const table = newest === null ? null : await readVersion(warehouse, prefix, newest);
    if (table !== null) return table;
  }
  const listed = await listNewest(warehouse, prefix);
  return listed === null ? null : readVersion(warehouse, prefix, listed);
}

/** One version of a table; null when its file is not there. Throws for metadata that is not of format version 2. */
export async function readVersion(
  warehouse: Warehouse,
  prefix: string,
  version: number,
): Promise<IcebergTable | null> {
  const key = metadataKey(prefix, version);
  const object = await warehouse.store.get(key);
  if (object === null) return null;
  const metadata = JSON.parse(new TextDecoder().decode(object.bytes)) as TableMetadata;
  if (metadata["format-version"] !== 2) throw new TypeError(`${key} is not of format version 2`);
  return tableOf(warehouse, prefix, version, metadata);
}

async function readHint({ store }: Warehouse, prefix: string): Promise<number | null> {
  const hint = await store.get(hintKey(prefix));
  const text = hint === null ? "" : new TextDecoder().decode(hint.bytes).trim();
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
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
