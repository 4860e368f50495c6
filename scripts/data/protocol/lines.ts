import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";

/** A file's text, gunzipped if its name ends so. */
export async function readText(file: string): Promise<string> {
  const bytes = await readFile(file);
  return (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
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
