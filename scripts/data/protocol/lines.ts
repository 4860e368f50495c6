import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";

/** A file's text, gunzipped if its name ends so; throws a sentence with the file when it is no gzip. */
export async function readText(file: string): Promise<string> {
  const bytes = await readFile(file);
  if (!file.endsWith(".gz")) return bytes.toString("utf8");
  try {
    return gunzipSync(bytes).toString("utf8");
  } catch (error) {
    throw new Error(`cannot read ${file} as gzip: ${(error as Error).message}`);
  }
}

/** The words of each line that has any. */
export async function readLines(file: string): Promise<string[][]> {
  const text = await readText(file);
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => line.split(/\s+/));
}
