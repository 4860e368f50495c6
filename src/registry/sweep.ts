import { DAY_MS, listAll, type ObjectStore } from "../base/index.ts";
import { listVersions, MANIFEST } from "./artifact.ts";
import { POINTER_PREVIOUS_MAX } from "./course.ts";
import { modelKey } from "./keys.ts";
import { readPointer } from "./pointer.ts";

/** A version that young may be about to go live, or be looked at by a person. */
const YOUNG_MS = DAY_MS;

/**
 * Deletes the artifacts that nobody can want any more: neither live, nor one of those to roll back to, nor the one that the
 * guardrails took back as long as its pin holds, nor among the newest five, nor younger than a day. A version ceases to exist with its manifest; a broken-off sweep leaves files that the next one finds.
 * Returns the versions that went.
 */
export async function sweepVersions(
  store: ObjectStore,
  tenant: string,
  { nowMs }: { nowMs: number },
): Promise<string[]> {
  const newest = (await listVersions(store, tenant)).slice(0, POINTER_PREVIOUS_MAX);
  const kept = new Set([...newest, ...(await namedVersions(store, tenant))]);
  const gone: string[] = [];
  for (const [version, { keys, uploadedMs }] of await storedVersions(store, tenant)) {
    if (kept.has(version) || nowMs - uploadedMs < YOUNG_MS) continue;
    if (await withdraw(store, tenant, version)) {
      await store.delete(keys);
      gone.push(version);
    }
  }
  return gone;
}

/** Takes a version's manifest away, and puts it back when the pointer has come to name the version meanwhile. */
async function withdraw(store: ObjectStore, tenant: string, version: string): Promise<boolean> {
  const key = modelKey(tenant, version, MANIFEST);
  const manifest = await store.get(key);
  await store.delete([key]);
  if (!(await namedVersions(store, tenant)).includes(version)) return true;
  if (manifest !== null) await store.put(key, manifest.bytes, { ifAbsent: true });
  return false;
}

async function namedVersions(store: ObjectStore, tenant: string): Promise<string[]> {
  const current = await readPointer(store, tenant);
  if (current === null) return [];
  const { version, previous, takenBack } = current.pointer;
  // Whether a candidate is of the recipe that was taken back, that version's card says.
  return [version, ...previous, ...(takenBack === undefined ? [] : [takenBack.version])];
}

/** Version → its objects, those of half-deleted versions too, and when the last of them was written. */
async function storedVersions(
  store: ObjectStore,
  tenant: string,
): Promise<Map<string, { keys: string[]; uploadedMs: number }>> {
  const prefix = `models/${tenant}/`;
  const versions = new Map<string, { keys: string[]; uploadedMs: number }>();
  for await (const { key, uploadedMs } of listAll(store, prefix)) {
    const [version = "", file] = key.slice(prefix.length).split("/");
    // The pointer and whatever else stands beside the versions.
    if (file === undefined) continue;
    const entry = versions.get(version) ?? { keys: [], uploadedMs: 0 };
    entry.keys.push(key);
    entry.uploadedMs = Math.max(entry.uploadedMs, uploadedMs);
    versions.set(version, entry);
  }
  return versions;
}
