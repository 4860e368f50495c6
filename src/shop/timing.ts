/** How long an answer took: seen from the page, and stage by stage as the server tells in `Server-Timing`. */
export interface Timing {
  totalMs: number;
  stages: { name: string; durationMs: number }[];
}

/** Runs a request and reads the browser's own entry for it. */
export async function timed<T>(
  path: string,
  request: () => Promise<T>,
): Promise<{ value: T; timing: Timing }> {
  const startedMs = performance.now();
  const value = await request();
  const totalMs = performance.now() - startedMs;
  const entries = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
  const entry = entries.findLast(({ name, startTime }) => startTime >= startedMs && name.includes(path));
  // The browser stops to record after 250 entries.
  if (entries.length > 200) performance.clearResourceTimings();
  const stages = (entry?.serverTiming ?? []).map(({ name, duration }) => ({ name, durationMs: duration }));
  return { value, timing: { totalMs: entry?.duration || totalMs, stages } };
}
