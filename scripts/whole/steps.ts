import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import type { StepRunner } from "../../src/retraining/index.ts";

/** Keeps each step's result as a file of `folder`: a run that was cut short goes on behind the last one. */
export function folderSteps(folder: string): StepRunner {
  return {
    async do<T>(name: string, run: () => Promise<T>): Promise<T> {
      const file = path.join(folder, `${name}.json`);
      if (!existsSync(file)) {
        const result = JSON.stringify(await run());
        await mkdir(folder, { recursive: true });
        // Whole or not at all.
        await writeFile(`${file}.new`, result);
        await rename(`${file}.new`, file);
      }
      return JSON.parse(await readFile(file, "utf8")) as T;
    },
  };
}
