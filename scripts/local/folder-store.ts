import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ObjectPage, ObjectStore } from "../../src/base/index.ts";

/**
 * `ObjectStore` over a folder: keys are paths. For one process at a time; a write is a rename, so a reader never sees half
 * an object, and create-if-absent is the file system's own exclusive create.
 */
export function folderStore(folder: string): ObjectStore {
  const fileOf = (key: string) => path.join(folder, key);
  return {
    async get(key, range) {
      const whole = await readOrNull(fileOf(key));
      if (whole === null) return null;
      const bytes = range === undefined ? whole : whole.slice(range.offset, range.offset + range.length);
      return { bytes, etag: etagOf(whole), size: whole.byteLength };
    },
    async etag(key) {
      const whole = await readOrNull(fileOf(key));
      return whole === null ? null : etagOf(whole);
    },
    async put(key, bytes, condition) {
      const file = fileOf(key);
      await mkdir(path.dirname(file), { recursive: true });
      if (condition !== undefined && "ifAbsent" in condition) {
        if (!(await createExclusively(file, bytes))) return null;
        return { etag: etagOf(bytes) };
      }
      if (condition !== undefined) {
        const current = await readOrNull(file);
        if (current === null || etagOf(current) !== condition.ifEtag) return null;
      }
      await writeFile(`${file}.new`, bytes);
      await rename(`${file}.new`, file);
      return { etag: etagOf(bytes) };
    },
    async list(prefix, cursor) {
      const keys = await keysBelow(folder);
      const rest = keys
        .filter((key) => key.startsWith(prefix) && (cursor === undefined || key > cursor))
        .sort();
      const page = rest.slice(0, 1_000);
      const last = page.at(-1);
      const objects: ObjectPage["objects"] = [];
      // One after the other, for together they may be more than memory holds.
      for (const key of page) {
        const bytes = await readFile(fileOf(key));
        const { mtimeMs } = await stat(fileOf(key));
        objects.push({ key, size: bytes.byteLength, etag: etagOf(bytes), uploadedMs: mtimeMs });
      }
      return { objects, ...(rest.length > page.length && last !== undefined ? { cursor: last } : {}) };
    },
    async delete(keys) {
      for (const key of keys) await rm(fileOf(key), { force: true });
    },
  };
}

async function createExclusively(file: string, bytes: Uint8Array): Promise<boolean> {
  try {
    const handle = await open(file, "wx");
    await handle.writeFile(bytes);
    await handle.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function readOrNull(file: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

async function keysBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll("\\", "/"));
}

function etagOf(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}
