import type { TableMetadata } from "./metadata-json.ts";
import { hintKey, metadataKey, tableOf } from "./table.ts";
import type { IcebergTable, Warehouse } from "./types.ts";

const encoder = new TextEncoder();

/**
 * THE commit point: creates a version's metadata file, if it is absent. Null: another has taken the version. Before it, what
 * was written is not reachable from the table; after it, all of it is.
 */
export async function publishVersion(
  warehouse: Warehouse,
  prefix: string,
  version: number,
  metadata: TableMetadata,
): Promise<IcebergTable | null> {
  const key = metadataKey(prefix, version);
  const bytes = encoder.encode(JSON.stringify(metadata));
  if (!(await createOnce(warehouse, key, bytes))) return null;
  await writeHint(warehouse, prefix, version);
  return tableOf(warehouse, prefix, version, metadata);
}

/**
 * A store that retries by itself may refuse a create that it has made, and one that fails may have made it. So the object
 * decides: with our bytes in it the commit is ours. (Equal bytes of another are the same change, made once.)
 */
async function createOnce({ store }: Warehouse, key: string, bytes: Uint8Array): Promise<boolean> {
  let failure: unknown = null;
  try {
    if ((await store.put(key, bytes, { ifAbsent: true })) !== null) return true;
  } catch (error) {
    failure = error;
  }
  const found = await store.get(key);
  if (found === null) throw failure ?? new Error(`${key} was refused, and is not there`);
  return found.bytes.byteLength === bytes.byteLength && found.bytes.every((byte, i) => byte === bytes[i]);
}

/** Advisory, so its failure (two writes within a second are one too many for R2) must not fail what is committed. */
async function writeHint({ store }: Warehouse, prefix: string, version: number): Promise<void> {
  try {
    await store.put(hintKey(prefix), encoder.encode(String(version)));
  } catch {
    // Readers probe forward from the older hint.
  }
}
