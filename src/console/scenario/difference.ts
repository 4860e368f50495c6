import { structuredPatch } from "diff";
import { type Config, isObject } from "./config.ts";

export interface Line {
  /** Its place among those told, 0 the first. */
  at: number;
  kind: "added" | "removed" | "same" | "left out";
  text: string;
}

const CONTEXT_LINES = 3;

/**
 * As JSON whose keys stand in the order of the alphabet: what means the same is written the same. Null, which is no configuration, is
 * no line.
 */
export function stableText(config: Config | null): string {
  return config === null ? "" : `${JSON.stringify(ordered(config), null, 2)}\n`;
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isObject(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, ordered(value[key])]));
}

/** What changes from one configuration to the next, line by line, with what stands around it; empty: nothing does. */
export function linesOf(before: Config | null, after: Config | null): Line[] {
  const { hunks } = structuredPatch("", "", stableText(before), stableText(after), "", "", {
    context: CONTEXT_LINES,
  });
  let told = 0;
  const lines = hunks.flatMap(({ oldStart, oldLines, lines: own }) => {
    const leftOut = oldStart - 1 - told;
    told = oldStart - 1 + oldLines;
    return [...(leftOut > 0 ? [leftOutLine(leftOut)] : []), ...own.map(lineOf)];
  });
  return lines.map((line, at) => ({ at, ...line }));
}

function leftOutLine(count: number): Omit<Line, "at"> {
  return { kind: "left out", text: count === 1 ? "1 line stays" : `${count} lines stay` };
}

function lineOf(line: string): Omit<Line, "at"> {
  const kind = line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : "same";
  return { kind, text: line.slice(1) };
}

/** The parts that two configurations have not in common, by name. */
export function partsChanged(before: Config | null, after: Config | null): string {
  if (after === null) return "deleted";
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after)])];
  const part = (config: Config | null, name: string) => JSON.stringify(ordered(config?.[name]));
  const changed = names.filter((name) => part(before, name) !== part(after, name));
  const told = changed.map((name) =>
    before?.[name] === undefined ? `+ ${name}` : after[name] === undefined ? `− ${name}` : name,
  );
  return told.join(", ") || "nothing";
}
