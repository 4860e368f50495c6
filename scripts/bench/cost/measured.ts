import { NO_USAGE, type Usage } from "../../../src/ops/index.ts";
import { activeMs, type CpuProfile } from "../cpu-profile.ts";
import { startCpuProfile } from "../inspector.ts";
import type { Site } from "../site.ts";
import type { Counts } from "./counting.ts";

/** CPU time of Workers in a piece of work, ms. */
export async function activeOf(
  site: Site,
  workers: readonly string[],
  work: () => Promise<unknown>,
): Promise<number> {
  const stops: (() => Promise<CpuProfile>)[] = [];
  for (const worker of workers) stops.push(await startCpuProfile(site.runtime.miniflare, worker));
  await work();
  let cpuMs = 0;
  for (const stop of stops) cpuMs += activeMs(await stop());
  return cpuMs;
}

export function usageOf(counts: Counts): Usage {
  const { kvReads, kvWrites, rowsRead, r2ClassA, r2ClassB } = counts;
  const rowsWritten = Object.values(counts.rowsWritten).reduce((sum, rows) => sum + rows, 0);
  return { ...NO_USAGE, kvReads, kvWrites, rowsRead, rowsWritten, r2ClassA, r2ClassB };
}
