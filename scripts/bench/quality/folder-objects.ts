import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Objects } from "./contract.ts";

/** Objects as files of a folder. */
export function folderObjects(folder: string): Objects {
  return {
    async read(name) {
      const bytes = await readFile(path.join(folder, name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return null;
        throw error;
      });
      // Columns are read in place, so they must begin at the beginning of their buffer.
      return bytes === null ? null : Uint8Array.from(bytes);
    },
    async write(name, bytes) {
      const file = path.join(folder, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, bytes);
    },
  };
}
