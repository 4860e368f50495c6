import {
  assert,
  discard,
  err,
  listAll,
  type ObjectStore,
  ok,
  type Result,
  sha256Hex,
} from "../base/index.ts";
import { modelKey, versionName } from "./keys.ts";
import { type Manifest, manifestSchema } from "./manifest.ts";

export const MANIFEST = "manifest.json";

/** A manifest before its files are hashed: the missing fields follow from them. */
export type ManifestDraft = Omit<Manifest, "v" | "version" | "hashes" | "parts">;

export interface Artifact {
  manifest: ManifestDraft;
  /** By file name: `model.onnx`, `catalog.parquet` and what else the learner made. */
  files: Record<string, Uint8Array<ArrayBuffer>>;
  /**
   * By file name what later fits may start from; null is left out. Large, so each is asked for alone, and discarded once it is
   * written. The version is not named after them.
   */
  parts?: Record<string, () => Promise<Uint8Array<ArrayBuffer> | null>>;
}

/**
 * Writes an artifact under its own version, files first. Safe to repeat: the same artifact has the same version, and
 * what an earlier attempt wrote is kept. Nothing goes live by this. Throws when a stored file differs from ours.
 */
export async function publish(
  store: ObjectStore,
  { manifest, files, parts: given = {} }: Artifact,
): Promise<Manifest> {
  const names = Object.keys(files).sort();
  assert(names.length > 0 && !names.includes(MANIFEST), "an artifact has files, and its manifest is not one");
  const hashes = await hashesOf(files);
  const version = versionName(manifest.createdAtMs, await sha256Hex(JSON.stringify(hashes)));
  const { tenant } = manifest;
  for (const name of names) {
    const bytes = files[name] as Uint8Array<ArrayBuffer>;
    await keep(store, modelKey(tenant, version, name), bytes, hashes[name] as string);
  }
  const parts: Record<string, string> = {};
  for (const [name, read] of Object.entries(given)) {
    const bytes = await read();
    if (bytes === null) continue;
    const hash = await sha256Hex(bytes);
    await keep(store, modelKey(tenant, version, name), bytes, hash);
    discard(bytes);
    parts[name] = hash;
  }
  const full = manifestSchema.parse({
    ...manifest,
    ...{ v: 1, version, hashes },
    ...(Object.keys(parts).length === 0 ? {} : { parts }),
  });
  // The commit point of a publication: a version without manifest does not exist for any reader.
  const bytes = new TextEncoder().encode(JSON.stringify(full, null, 1));
  await store.put(modelKey(tenant, version, MANIFEST), bytes, { ifAbsent: true });
  return full;
}

/** SHA-256, hex, by file name in order. */
export async function hashesOf(files: Artifact["files"]): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const name of Object.keys(files).sort()) {
    hashes[name] = await sha256Hex(files[name] as Uint8Array<ArrayBuffer>);
  }
  return hashes;
}

/** Null when the version does not exist or its manifest cannot be read. */
export async function readManifest(
  store: ObjectStore,
  tenant: string,
  version: string,
): Promise<Manifest | null> {
  const object = await store.get(modelKey(tenant, version, MANIFEST));
  if (object === null) return null;
  const parsed = manifestSchema.safeParse(parseJson(object.bytes));
  if (!parsed.success) return null;
  // A manifest copied to another place must not make one tenant answer with another's model.
  return parsed.data.tenant === tenant && parsed.data.version === version ? parsed.data : null;
}

/** The bytes of one file of a version, checked against the manifest's hash. */
export async function readArtifactFile(
  store: ObjectStore,
  manifest: Manifest,
  name: string,
): Promise<Result<Uint8Array<ArrayBuffer>>> {
  const key = modelKey(manifest.tenant, manifest.version, name);
  const expected = manifest.hashes[name] ?? manifest.parts?.[name];
  if (expected === undefined) return err(`${key} is not in the manifest`);
  const object = await store.get(key);
  if (object === null) return err(`${key} is missing`);
  if ((await sha256Hex(object.bytes)) !== expected) return err(`${key} differs from the manifest's hash`);
  return ok(object.bytes);
}

/** Published versions, newest first. */
export async function listVersions(store: ObjectStore, tenant: string): Promise<string[]> {
  const prefix = `models/${tenant}/`;
  const versions: string[] = [];
  for await (const { key } of listAll(store, prefix)) {
    const [version, file, ...rest] = key.slice(prefix.length).split("/");
    if (file === MANIFEST && rest.length === 0 && version !== undefined) versions.push(version);
  }
  return versions.sort().reverse();
}

/** What an earlier attempt wrote stays. */
async function keep(store: ObjectStore, key: string, bytes: Uint8Array, hash: string): Promise<void> {
  if ((await store.put(key, bytes, { ifAbsent: true })) !== null) return;
  const object = await store.get(key);
  assert(object !== null && (await sha256Hex(object.bytes)) === hash, `${key} is there with other bytes`);
}

/** Undefined for what is not JSON: the schema then refuses it. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
