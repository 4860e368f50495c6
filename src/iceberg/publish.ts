import { MINUTE_MS } from "../base/index.ts";
import { raiseHint } from "./hint.ts";
import { loadTable } from "./load.ts";
import type { TableMetadata } from "./metadata-json.ts";
import { metadataKey, tableOf } from "./table.ts";
import type { IcebergTable, Warehouse } from "./types.ts";

/**
 * A committer whose base is older reloads. Metadata files younger than an hour are never trimmed, so the number that follows a
 * base of this age is taken, if anybody took it.
 */
const BASE_AGE_MAX_MS = 5 * MINUTE_MS;

const encoder = new TextEncoder();

/**
 * THE commit point: creates the metadata file of the version after the base, if it is absent. Null: another has taken the version,
 * or may have. Before it, what was written is not reachable from the table; after it, all of it is.
 */
export async function publishVersion(
  warehouse: Warehouse,
  { prefix, base }: { prefix: string; base: IcebergTable | null },
  metadata: TableMetadata,
): Promise<IcebergTable | null> {
  if (base !== null && isOld(warehouse, base)) return null;
  const loadedMs = warehouse.clock?.() ?? null;
  const version = (base?.version ?? 0) + 1;
  const bytes = encoder.encode(JSON.stringify(metadata));
  if (!(await createOnce(warehouse, metadataKey(prefix, version), bytes))) return null;
  const known = await raiseHint(warehouse, prefix, version);
  if (known > version && !(await cameInTime(warehouse, { prefix, base }, metadata))) return null;
  return tableOf(warehouse, { prefix, version, loadedMs }, metadata);
}

function isOld({ clock }: Warehouse, { loadedMs }: IcebergTable): boolean {
  return clock !== undefined && loadedMs !== null && clock() - loadedMs > BASE_AGE_MAX_MS;
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

/**
 * Others are ahead already: either they built on the version, or the create itself was held up for hours, and the number was free
 * because it had been trimmed. Numbers are trimmed in their order, so a base that is still there tells that ours was not; else the
 * newest version tells, which has every snapshot of the last day. What came too late is taken away again; left by a crash, it is
 * reached by no hint, and trimmed like any old version.
 */
async function cameInTime(
  warehouse: Warehouse,
  { prefix, base }: { prefix: string; base: IcebergTable | null },
  metadata: TableMetadata,
): Promise<boolean> {
  // A first version is empty: its creator goes on from the newest.
  if (base === null) return false;
  if ((await warehouse.store.etag(metadataKey(prefix, base.version))) !== null) return true;
  const id = metadata["current-snapshot-id"];
  const newest = await loadTable(warehouse, prefix);
  // Without a snapshot of its own, a change may be made twice.
  const isNew = id !== (base.current?.id ?? -1);
  if (isNew && newest?.snapshots.some((snapshot) => snapshot.id === id)) return true;
  await warehouse.store.delete([metadataKey(prefix, base.version + 1)]);
  return false;
}
