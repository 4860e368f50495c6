import { fileName } from "./data-file.ts";

/** When a data file was stored, by the clock of who stored it: for bronze, when its rows landed. */
export function writtenAtMs(path: string): number {
  return Number.parseInt(fileName(path).split("-", 1)[0] ?? "", 36);
}
