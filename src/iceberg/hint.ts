import { hintKey, metadataKey } from "./table.ts";
import type { Warehouse } from "./types.ts";

interface Hint {
  /** Null for text that is no version. */
  version: number | null;
  etag: string;
}

/** Where to begin to look for a table's newest version; null when there is no hint. */
export async function readHint({ store }: Warehouse, prefix: string): Promise<Hint | null> {
  const object = await store.get(hintKey(prefix));
  if (object === null) return null;
  const text = new TextDecoder().decode(object.bytes).trim();
  return { version: /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null, etag: object.etag };
}

/**
 * Moves the hint forward to a version, never back: from a hint that is far behind, readers would find a number that was trimmed and
 * take it for the end. Returns the newest version that is known then. Advisory, so its failure (two writes within a second are one
 * too many for R2) must not fail what is committed: readers probe forward from the older hint.
 */
export async function raiseHint(warehouse: Warehouse, prefix: string, version: number): Promise<number> {
  const { store } = warehouse;
  try {
    const hint = await readHint(warehouse, prefix);
    const hinted = hint?.version ?? 0;
    // A hint beyond the truth is wrong, and goes.
    if (hinted > version && (await store.etag(metadataKey(prefix, hinted))) !== null) return hinted;
    const unmoved = hint === null ? { ifAbsent: true as const } : { ifEtag: hint.etag };
    await store.put(hintKey(prefix), new TextEncoder().encode(String(version)), unmoved);
  } catch {
    // As said above.
  }
  return version;
}
