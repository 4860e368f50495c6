import type { ObjectStore } from "../base/index.ts";

/** When a file was first imported: the time in the ids of its events, which is the same whenever and wherever the file is sent again. */
export interface ImportStart {
  startedMs: number;
  isNew: boolean;
}

/**
 * The start of a file's import, by the hash of its bytes: whoever begins first decides it. One object for each file that was ever imported, under
 * `config/<tenant>/imports/`.
 */
export async function beginImport(
  store: ObjectStore,
  tenant: string,
  { fingerprint, nowMs }: { fingerprint: string; nowMs: number },
): Promise<ImportStart> {
  const key = `config/${tenant}/imports/${fingerprint}.json`;
  const bytes = new TextEncoder().encode(JSON.stringify({ v: 1, startedMs: nowMs }));
  // The commit point: of two that begin at once one is told the other's start.
  if ((await store.put(key, bytes, { ifAbsent: true })) !== null) return { startedMs: nowMs, isNew: true };
  const stored = await store.get(key);
  // It can only be gone where somebody takes the bucket apart.
  if (stored === null) throw new Error(`${key} was there and is not`);
  const { startedMs } = JSON.parse(new TextDecoder().decode(stored.bytes)) as { startedMs: number };
  return { startedMs, isNew: false };
}
