import { DAY_MS } from "../base/index.ts";
import { decodeEntry } from "./history.ts";

/** A purchase, longer remembered than the history's newest interactions: "not bought in 30 days" asks for it. */
export interface Bought {
  itemId: string;
  atMs: number;
}

/** `linesMax`: 90 days of two purchases a day; at 80 B a line 16 KB, for the few who buy so much. */
export const BOUGHT = { keptMs: 90 * DAY_MS, linesMax: 200 } as const;

/** Lines of purchases as of a history's (see `encodeEntry`), in any order: oldest first, each once, within the time that counts at `nowMs`. */
export function newestBought(lines: Iterable<string>, nowMs: number): string[] {
  const kept = [...new Set(lines)].filter((line) => timeOf(line) > nowMs - BOUGHT.keptMs);
  return kept.sort().slice(-BOUGHT.linesMax);
}

/** A line begins with its padded time. */
function timeOf(line: string): number {
  return Number(line.slice(0, line.indexOf(" ")));
}

export function boughtOf(lines: readonly string[], nowMs: number): Bought[] {
  return newestBought(lines, nowMs).map((line) => {
    const { itemId, occurredAtMs } = decodeEntry(line);
    return { itemId, atMs: occurredAtMs };
  });
}
