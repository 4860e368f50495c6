import { err, type Result } from "../base/index.ts";
import {
  type ItemsTogether,
  type ItemVectors,
  readTogether,
  readVectors,
  TOGETHER_FILE,
  VECTORS_FILE,
} from "../catalogue/index.ts";
import { type Manifest, readArtifactFile } from "../registry/index.ts";
import type { ScoringPorts } from "./ports.ts";

/** What a version may have beside its graph and catalogue. A model answers without them too. */
export interface SideFiles {
  /** Null: likeness goes by content. */
  vectors: ItemVectors | null;
  together: ItemsTogether | null;
  /** What they hold in memory. */
  bytes: number;
  /** Why one is not there although the version has it. */
  problems: string[];
}

export async function fetchSideFiles(store: ScoringPorts["store"], manifest: Manifest): Promise<SideFiles> {
  const problems: string[] = [];
  const fetch = async <T extends { count: number }>(
    name: string,
    read: (bytes: Uint8Array<ArrayBuffer>) => Result<T>,
  ): Promise<T | null> => {
    if (manifest.hashes[name] === undefined) return null;
    const file = await readArtifactFile(store, manifest, name);
    const found = file.ok ? ofSize(read(file.value), name, manifest.itemCount) : file;
    if (found.ok) return found.value;
    problems.push(found.error);
    return null;
  };
  const vectors = await fetch(VECTORS_FILE, readVectors);
  const together = await fetch(TOGETHER_FILE, readTogether);
  return { vectors, together, bytes: (vectors?.bytes ?? 0) + (together?.bytes ?? 0), problems };
}

function ofSize<T extends { count: number }>(read: Result<T>, name: string, itemCount: number): Result<T> {
  if (!read.ok || read.value.count === itemCount) return read;
  return err(`${name} has ${read.value.count} items, the manifest says ${itemCount}`);
}
