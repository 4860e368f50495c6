import type { ObjectStore } from "../base/index.ts";
import { type Artifact, hashesOf, type Manifest, readManifest, readPointer } from "../registry/index.ts";

/**
 * The live version, where serving could not tell the artifact from it; null where it could. Null as well for a run by other
 * settings, whose card keeps the hourly runs from searching or fitting once more, and for the artifact itself, live since before its run
 * was cut short.
 */
export async function equalToLive(
  store: ObjectStore,
  { manifest, files }: Pick<Artifact, "manifest" | "files">,
): Promise<string | null> {
  const current = await readPointer(store, manifest.tenant);
  if (current === null) return null;
  const live = await readManifest(store, manifest.tenant, current.pointer.version);
  if (live === null || live.createdAtMs === manifest.createdAtMs) return null;
  if (fittedBy(live) !== fittedBy(manifest)) return null;
  // Hashed here for a model that is equal only: publication hashes all of it again.
  if (live.fits.published !== manifest.fits.published) return null;
  const isEqual = servedAs({ ...manifest, hashes: await hashesOf(files) }) === servedAs(live);
  return isEqual ? live.version : null;
}

/** SHA-256 of the settings. Older cards name only those of the search, which were the run's own but for a renewal. */
export function fittedBy({ settings, study }: Pick<Manifest, "settings" | "study">): string | undefined {
  return settings ?? study?.settings;
}

/** What answers follow from. */
function servedAs({ hashes, historyWeights }: Pick<Manifest, "hashes" | "historyWeights">): string {
  return JSON.stringify([Object.entries(hashes).sort(), Object.entries(historyWeights ?? {}).sort()]);
}
