import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { appendFile, open, readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import type { Kind } from "../../src/tabular/index.ts";

/** Enough of the file to tell it from another of the same size. */
const FINGERPRINT_BYTES = 1 << 20;

/** How far an import is; written after each chunk has been answered, so that what it counts has been kept. */
export interface ImportState {
  v: 1;
  kind: Kind;
  url: string;
  tenant: string;
  fingerprint: string;
  startedMs: number;
  /** Records read, whether sent or rejected. */
  records: number;
  sent: number;
  rejected: number;
  /** Length of the rejects file that belongs to `records`. */
  rejectsBytes: number;
  complete: boolean;
}

export async function fingerprintOf(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(FINGERPRINT_BYTES), 0, FINGERPRINT_BYTES, 0);
    return createHash("sha256").update(`${size}\n`).update(buffer.subarray(0, bytesRead)).digest("hex");
  } finally {
    await handle.close();
  }
}

/** Reads the state of an earlier run of the same import; throws one sentence when it belongs to another. */
export async function resume(path: string, fresh: ImportState): Promise<ImportState> {
  if (!existsSync(path)) return fresh;
  const state = JSON.parse(await readFile(path, "utf8")) as ImportState;
  for (const name of ["kind", "url", "tenant", "fingerprint"] as const) {
    if (state[name] !== fresh[name]) {
      const what =
        name === "fingerprint" ? "the file has changed since" : `it was into ${name} "${state[name]}"`;
      throw new Error(`${path} belongs to another import (${what}): name another with --state, or delete it`);
    }
  }
  return state;
}

export async function saveState(path: string, state: ImportState): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(state));
  await rename(`${path}.new`, path);
}

export interface Reject {
  line: number;
  reason: string;
  record?: unknown;
}

/** The rejects of an import, a JSON object a line; there is no file while there are no rejects. */
export class RejectsFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Drops what a broken-off run wrote after its last saved state. */
  async rewind(bytes: number): Promise<void> {
    if (!existsSync(this.path)) return;
    if (bytes === 0) await rm(this.path);
    else if ((await stat(this.path)).size > bytes) await truncate(this.path, bytes);
  }

  /** Bytes written. */
  async append(rejects: readonly Reject[]): Promise<number> {
    if (rejects.length === 0) return 0;
    const text = rejects.map((reject) => `${JSON.stringify(reject)}\n`).join("");
    await appendFile(this.path, text);
    return Buffer.byteLength(text);
  }
}
