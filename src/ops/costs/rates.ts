/**
 * What Cloudflare charges on Workers Paid beyond what is included, in US dollars a million, as published in November 2026. Storage
 * is left out: it is billed by the month it is kept, not by the event.
 */
const USD_PER_MILLION = {
  requests: 0.3,
  cpuMs: 0.02,
  kvReads: 0.5,
  kvWrites: 5,
  rowsRead: 0.001,
  rowsWritten: 1,
  queueOperations: 0.4,
  r2ClassA: 4.5,
  r2ClassB: 0.36,
} as const;

/** Operations as they are billed. A Queue message costs three operations a delivery: written, read, deleted. */
export type Usage = Record<keyof typeof USD_PER_MILLION, number>;

export const NO_USAGE: Usage = {
  requests: 0,
  cpuMs: 0,
  kvReads: 0,
  kvWrites: 0,
  rowsRead: 0,
  rowsWritten: 0,
  queueOperations: 0,
  r2ClassA: 0,
  r2ClassB: 0,
};

const LINES = {
  workers: ["requests"],
  cpu: ["cpuMs"],
  kv: ["kvReads", "kvWrites"],
  d1: ["rowsRead", "rowsWritten"],
  queue: ["queueOperations"],
  r2: ["r2ClassA", "r2ClassB"],
} as const satisfies Record<string, readonly (keyof Usage)[]>;

/** US dollars, line by line. */
export type Bill = Record<keyof typeof LINES | "total", number>;

/** Rounded to `digits` behind the point: four are enough for a million, a single answer costs less. */
export function billOf(usage: Usage, digits = 4): Bill {
  const usd = (names: readonly (keyof Usage)[]) =>
    names.reduce((sum, name) => sum + (usage[name] * USD_PER_MILLION[name]) / 1_000_000, 0);
  const lines = Object.entries(LINES).map(([line, names]) => [line, usd(names)] as const);
  const total = lines.reduce((sum, [, value]) => sum + value, 0);
  const rounded = [...lines, ["total", total] as const].map(([line, value]) => [
    line,
    Number(value.toFixed(digits)),
  ]);
  return Object.fromEntries(rounded) as Bill;
}

/** `usage` so many times. */
export function times(usage: Usage, factor: number): Usage {
  return mapped((name) => usage[name] * factor);
}

export function plus(...usages: readonly Usage[]): Usage {
  return mapped((name) => usages.reduce((sum, usage) => sum + usage[name], 0));
}

function mapped(value: (name: keyof Usage) => number): Usage {
  const names = Object.keys(USD_PER_MILLION) as (keyof Usage)[];
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Usage;
}
